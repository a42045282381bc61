/* SPDX-License-Identifier: GPL-2.0 */
/* Who wakes a task up. */
#ifndef PROC_IMAGE_WAKER_H
#define PROC_IMAGE_WAKER_H

#define HARDIRQ_OR_NMI	0xff0000 /* of the preemption count */
#define SERVING_SOFTIRQ 0x000100

/*
 * On x86 a variable of each CPU: so many bytes behind its run queue, by the kernel's own type information.
 * Not by its symbol, as many kernels have the addresses of functions alone. 0 where it is not known.
 */
const volatile s64 preempt_count_behind_rq = 0;

/* What an interrupt wakes up has nothing to do with the task that runs there. */
static __always_inline u32 kind_of_waker(struct task_struct *current)
{
	u32 count = 0;
	if (!current->pid)
		return WAKER_INTERRUPT;
	if (bpf_core_field_exists(current->thread_info.preempt_count)) {
		count = BPF_CORE_READ(current, thread_info.preempt_count);
	} else if (preempt_count_behind_rq) {
		char *at = (char *)BPF_CORE_READ(current, se.cfs_rq, rq) + preempt_count_behind_rq;
		bpf_probe_read_kernel(&count, sizeof(count), at);
	} else {
		return WAKER_NONE; /* it is not guessed */
	}
	return count & (HARDIRQ_OR_NMI | SERVING_SOFTIRQ) ? WAKER_INTERRUPT : WAKER_THREAD;
}

/* In the waker's context. The task may still be on its way off the CPU, or decide to stay. */
static __always_inline void note_waker(struct activity *act, struct task_image *image)
{
	if (!slices_of_process(act, image) &&
	    !test_slot(act->collect[IMAGE_LEDGER], image->policies[NAMED_BY_THREAD]))
		return;
	struct waker *waker = &image->waker;
	waker->kind = kind_of_waker(bpf_get_current_task_btf());
	waker->tid = bpf_get_current_pid_tgid();
	bpf_get_current_comm(waker->comm, COMM_SIZE);
}

/* Who has woken it up counts for what has ended now, and not again. */
static __always_inline void take_waker(struct task_image *image, u64 state)
{
	if (state == TIME_SLEEPING || state == TIME_DISK || state == TIME_STOPPED)
		image->slice_waker = image->waker;
	else
		image->slice_waker.kind = WAKER_NONE;
	image->waker.kind = WAKER_NONE;
}

/* To be called where a slice is seen that is going on: its begin may have been missed. */
static __always_inline void take_missed_waker(struct task_image *image, struct keytime *keytime)
{
	if (!keytime->slice_begin)
		take_waker(image, keytime->state);
}

#endif
