/* SPDX-License-Identifier: GPL-2.0 */
/* What becomes of a system call that has ended: whom it counts for, and in which order they are kept. */
#ifndef PROC_IMAGE_ENDED_CALL_H
#define PROC_IMAGE_ENDED_CALL_H

/* By all CPUs' tasks. Another one may come in between where the kernel lets the hook be preempted. */
static __always_inline void count_for_system(struct activity *act, u64 time, u32 bucket)
{
	u32 zero = 0;
	struct system_stats *stats = bpf_map_lookup_elem(&system, &zero);
	if (!stats)
		return;
	if (stats->syscall_epoch != act->syscall_epoch) {
		histogram_reset(&stats->syscall);
		stats->syscall_epoch = act->syscall_epoch;
	}
	struct histogram *all = &stats->syscall;
	__sync_fetch_and_add(&all->sum, time);
	if (bucket < HISTOGRAM_BUCKETS)
		__sync_fetch_and_add(&all->buckets[bucket], 1);
	if (time > all->max)
		raise_max(&all->max, time);
	if (time < all->min)
		lower_min(&all->min, time);
}

/* In an order that whoever copies what lies between can rely on: other processors reorder plain stores. */
static __always_inline void count_up(u64 *which)
{
#if defined(__TARGET_ARCH_x86)
	*(volatile u64 *)which = *which + 1;
#else
	__sync_fetch_and_add(which, 1);
#endif
}

/* Whoever copies it meanwhile sees that begun is ahead. since: of the image it counts for. */
static __always_inline void keep_call(struct thread_calls *thread, struct ended_call *ended, u64 since)
{
	u32 at = thread->next;
	if (thread->since != since) { /* what is there is of an earlier activation */
		thread->told = thread->kept.begun = at = 0;
		thread->since = since;
	}
	if (at >= CALLS_KEPT)
		at = 0;
	count_up(&thread->kept.begun);
	struct call *call = &thread->kept.calls[at];
	call->number = ended->number;
	call->kind = ended->kind;
	call->begin = ended->begin;
	call->time = ended->time;
	call->result = ended->result;
	count_up(&thread->told);
	thread->next = at + 1;
}

static __always_inline bool syscall_counts(struct activity *act, struct task_image *image)
{
	return image->images & 1 << IMAGE_SYSCALL && counts_for_process(act, image, IMAGE_SYSCALL);
}

/* In process context: here tables are made. */
static __always_inline struct call_table *table_of_process(struct task_struct *leader)
{
	return make_storage(&process_calls, leader);
}

static __always_inline bool syscall_counts_target(struct activity *act, struct task_image *image,
						  struct target_image *target)
{
	return target && target->images & 1 << IMAGE_SYSCALL &&
	       test_slot(act->collect[IMAGE_SYSCALL], image->policies[NAMED_BY_THREAD]);
}

/* For its process, and for itself where the thread is a target. */
static __noinline int end_call(struct task_struct *task, struct thread_calls *thread, struct ended_call *call)
{
	u64 since = 0;
	struct activity *act = get_activity();
	struct task_struct *leader = task ? task->group_leader : NULL;
	if (!act || !leader || !thread || !call)
		return 0;
	if (call->time != CALL_TIME_UNKNOWN)
		count_for_system(act, call->time, bucket_of(call->time));
	if (thread->since &&
	    thread->generation == act->generation) { /* nothing has changed since the last one */
		struct call_table *table = bpf_task_storage_get(&process_calls, leader, 0, 0);
		if (table) {
			count_call(table, call, thread->since);
			keep_call(thread, call, thread->since);
			return 0;
		}
	}
	u32 generation = act->generation; /* before what it is about is read */
	thread->generation = generation - 1;
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	if (!image || !image->named) {
		if (!image && thread->since && lookups_may_fail())
			lose(LOSS_LOOKUP);
		return 0;
	}
	if (syscall_counts(act, image)) {
		struct call_table *table = table_of_process(leader);
		if (table)
			count_call(table, call, image->syscall_since);
		else
			lose_thread(leader);
		since = image->syscall_since;
	}
	struct target_image *target =
		image->policies[NAMED_BY_THREAD] ? bpf_task_storage_get(&target_images, task, 0, 0) : NULL;
	if (target && syscall_counts_target(act, image, target)) {
		struct call_table *table = make_storage(&target_calls, task);
		if (table) {
			count_call(table, call, target->syscall_since);
		} else {
			target->incomplete = 1;
			lose(LOSS_STORAGE);
		}
		if (!since)
			since = target->syscall_since;
	}
	if (!since || call->end < since)
		return 0;
	keep_call(thread, call, since);
	if (!target && since == image->syscall_since)
		thread->generation = generation;
	return 0;
}

/* It has become another program, which may be named by others. */
static __always_inline void syscall_forget_names(struct task_struct *task)
{
	struct activity *act = get_activity();
	struct thread_calls *thread = bpf_task_storage_get(&thread_calls, task, 0, 0);
	if (act && thread)
		thread->generation = act->generation - 1;
}

#endif
