/* SPDX-License-Identifier: GPL-2.0 */
/* The schedule image: run-queue delay, from sched_switch alone. */
#ifndef PROC_IMAGE_SCHEDULE_H
#define PROC_IMAGE_SCHEDULE_H

/*
 * What sched_info.run_delay of a task will be when it has arrived on the CPU that it is being given. The
 * kernel itself adds the wait right after sched_switch, in sched_info_arrive(), out of the same rq->clock. A
 * migration while waiting has moved a part of the wait into run_delay before: hence the difference to
 * run_delay at the last arrival is the wait, not only clock - last_queued.
 */
static __always_inline u64 delay_at_arrival(struct task_struct *next)
{
	u64 queued = next->sched_info.last_queued;
	return next->sched_info.run_delay + (queued ? next->se.cfs_rq->rq->clock - queued : 0);
}

/* A task has got the CPU. run_delay: its sched_info.run_delay as the kernel has it when the task runs. */
static __always_inline void schedule_arrive(struct activity *act, struct system_stats *system,
					    struct task_struct *task, struct task_image *image, u64 run_delay)
{
	if (!image && lookups_may_fail() && act->schedule_ready == act->schedule_epoch)
		lose(LOSS_LOOKUP);
	if (!image || image->schedule_epoch != act->schedule_epoch)
		return;
	u64 delay = run_delay - image->run_delay_seen;
	u32 bucket = bucket_of(delay);
	image->run_delay_seen = run_delay;
	histogram_add(&system->schedule, delay, bucket);
	if (!image->named)
		return;

	if (image->images & 1 << IMAGE_SCHEDULE && counts_for_process(act, image, IMAGE_SCHEDULE)) {
		if (!image->folded) {
			histogram_add(&image->schedule, delay, bucket);
		} else if (BPF_CORE_READ(task, sighand)) { /* not released yet, so its leader is not either */
			struct task_struct *heir = heir_of(task);
			struct task_image *to = heir ? bpf_task_storage_get(&images, heir, 0, 0) : NULL;
			if (to)
				histogram_fold_one(&to->schedule_gone, delay, bucket);
		}
	}
	if (test_slot(act->collect[IMAGE_SCHEDULE], image->policies[NAMED_BY_THREAD])) {
		struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
		if (target && target->images & 1 << IMAGE_SCHEDULE)
			histogram_add(&target->schedule, delay, bucket);
	}
}

/*
 * Some switches never reach the hook (a kernel may hide a process from tracing; ftrace misses them too). Then
 * prev is not the task that got this CPU last, and its arrival, by now in run_delay, is added when it leaves.
 * run_delay: of next, see delay_at_arrival().
 */
static __always_inline void schedule_switch(struct activity *act, struct task_struct *prev,
					    struct task_struct *next, struct task_image *image, u64 run_delay)
{
	u32 zero = 0;
	struct system_stats *stats = bpf_map_lookup_elem(&system, &zero);
	if (!stats)
		return;
	if (stats->schedule_epoch != act->schedule_epoch) {
		histogram_reset(&stats->schedule);
		stats->schedule_epoch = act->schedule_epoch;
	} else if (stats->running != (u64)prev && prev->sched_info.pcount) {
		schedule_arrive(act, stats, prev, bpf_task_storage_get(&images, prev, 0, 0),
				prev->sched_info.run_delay);
	}
	stats->running = (u64)next;
	if (next->sched_info.last_queued) /* else it is the idle task */
		schedule_arrive(act, stats, next, image, run_delay);
}

#endif
