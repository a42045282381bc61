/* SPDX-License-Identifier: GPL-2.0 */
/* A slice: once on a CPU, from its begin to why it ended. */
#ifndef PROC_IMAGE_SLICE_H
#define PROC_IMAGE_SLICE_H

/* state: of a task that is not on a run queue. */
static __always_inline u32 slice_end_of(u32 state)
{
	if (state & TASK_DEAD)
		return SLICE_EXITED;
	if (state & (TASK_STOPPED | TASK_TRACED | TASK_FROZEN))
		return SLICE_STOPPED;
	if (state & TASK_UNINTERRUPTIBLE && !(state & TASK_NOLOAD))
		return SLICE_DISK;
	return SLICE_SLEEPING;
}

/* What the time after a slice goes to, beyond what it waits: TIME_STATES where nothing counts any more. */
static __always_inline u32 time_state_after(u32 why)
{
	switch (why) {
	case SLICE_SLEEPING:
		return TIME_SLEEPING;
	case SLICE_DISK:
		return TIME_DISK;
	case SLICE_STOPPED:
		return TIME_STOPPED;
	case SLICE_EXITED:
		return TIME_STATES;
	default:
		return TIME_STOLEN;
	}
}

/* The reverse. */
static __always_inline u32 slice_end_in(u64 state)
{
	switch (state) {
	case TIME_SLEEPING:
		return SLICE_SLEEPING;
	case TIME_DISK:
		return SLICE_DISK;
	case TIME_STOPPED:
		return SLICE_STOPPED;
	case TIME_STATES:
		return SLICE_EXITED;
	default:
		return SLICE_PREEMPTED;
	}
}

/* Of a task that stays on the run queue: a yield does not differ from a preemption by user space's leave. */
static __always_inline u32 why_it_leaves(bool preempt, struct task_struct *prev, u32 prev_state)
{
	if (preempt)
		return SLICE_PREEMPTED;
	if (prev_state)
		return slice_end_of(prev_state);
	struct pt_regs *regs = (void *)bpf_task_pt_regs(prev);
	return regs && BPF_CORE_READ(regs, SYSCALL_NUMBER) == NR_SCHED_YIELD ? SLICE_YIELDED
									     : SLICE_PREEMPTED;
}

/* Slices are told of targets alone. */
static __always_inline u32 slices_of_process(struct activity *act, struct task_image *image)
{
	u64 *words = act->collect[IMAGE_LEDGER];
	return test_slot(words, image->policies[NAMED_BY_PROCESS]) ||
			       test_slot(words, image->policies[NAMED_BY_ANCESTOR])
		       ? EVENT_OF_PROCESS
		       : 0;
}

/* Wakes its reader up only when it is pressing: the reader looks of itself several times a second. */
static __always_inline void tell_slice(struct keytime *keytime, struct waker *waker, struct task_struct *task,
				       u64 ledger_since, u64 begin, u64 end, u64 ran, u64 waited, u32 why,
				       u32 whose)
{
	struct slice_record *slice = bpf_ringbuf_reserve(&slices, sizeof(*slice), 0);
	if (!slice) {
		lose(LOSS_SLICE);
		__sync_fetch_and_add(&keytime->slices_lost, 1);
		return;
	}
	slice->header.type = RECORD_SLICE;
	slice->header.flags = 0;
	slice->header.size = sizeof(*slice);
	slice->tgid = task->tgid;
	slice->tid = task->pid;
	slice->start_id = BPF_CORE_READ(task, group_leader, start_boottime);
	slice->thread_start_id = task->start_boottime;
	slice->since = ledger_since;
	slice->begin = begin;
	slice->end = end;
	slice->ran = ran;
	slice->wait = waited;
	slice->missing = __sync_lock_test_and_set(&keytime->slices_lost, 0);
	slice->cpu = task->thread_info.cpu;
	slice->why = why;
	slice->whose = whose;
	slice->woken_by = waker->kind;
	slice->waker = waker->tid;
	slice->pad = 0;
	__builtin_memcpy(slice->waker_comm, waker->comm, COMM_SIZE);
	bool presses = bpf_ringbuf_query(&slices, BPF_RB_AVAIL_DATA) > SLICES_SIZE / 4;
	bpf_ringbuf_submit(slice, presses ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

#endif
