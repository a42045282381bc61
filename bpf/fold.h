/* SPDX-License-Identifier: GPL-2.0 */
/* What threads that are gone have left goes to who goes on. */
#ifndef PROC_IMAGE_FOLD_H
#define PROC_IMAGE_FOLD_H

/* The series of the process go on in the heir: nothing is counted in two places, or in none for long. */
static __always_inline void fold_into(struct task_image *to, struct task_image *image)
{
	image->folded = 1;
	if (image->incomplete)
		to->incomplete = 1;
	if (HAS_KEYTIME(image->kept)) {
		keytime_fold(&to->keytime_gone, &image->keytime.stats);
		keytime_fold(&to->keytime_gone, &image->keytime_gone);
		slices_fold(&to->keytime, &image->keytime);
	}
	if (!HAS_SCHEDULE(image->kept))
		return;
	histogram_fold(&to->schedule_gone, &image->schedule);
	histogram_fold(&to->schedule_gone, &image->schedule_gone);
}

static __always_inline void fold_into_heir(struct task_struct *task, struct task_image *image)
{
	struct task_struct *heir = heir_of(task);
	if (!heir || heir == task || image->folded)
		return;
	struct task_image *to = bpf_task_storage_get(&images, heir, 0, 0);
	if (!to)
		return;
	fold_into(to, image);
	syscall_hand_over(task, heir); /* it was to be the leader, and has not come to it */
}

/*
 * What is left of a thread when it is freed: nothing, but of a leader that had exited before another thread
 * has replaced it by an exec, which was its own heir until now, and of a thread whose exit has not reached
 * the hook. The thread that has replaced it may be gone too: what signal_struct has as curr_target is a
 * thread that is not released while there are threads at all, and what is not released now is not freed
 * before this program ends.
 */
static __always_inline void fold_rest(struct task_struct *task, struct task_image *image)
{
	struct signal_struct *signal = task->signal;
	struct task_struct *alive = signal->curr_target;
	struct task_struct *leader = alive ? alive->group_leader : NULL;
	if (!leader || leader == task || signal->nr_threads <= 0)
		return;
	struct task_image *to = bpf_task_storage_get(&images, leader, 0, 0);
	if (!to)
		return;
	fold_into(to, image);
	syscall_hand_over(task, leader);
}

#endif
