/* SPDX-License-Identifier: GPL-2.0 */
/* The clock of a run queue, and what the kernel's books of a task would say by now. */
#ifndef PROC_IMAGE_RUN_QUEUE_H
#define PROC_IMAGE_RUN_QUEUE_H

#define CLOCK_OFFSET_AGE  (1 << 15) /* ns after which it is found anew: clocks drift */
#define CLOCK_DRIFT_SHIFT 9	    /* not faster than by 1/512 */
#define MAX_LAG		  1000000000

/*
 * CLOCK_BOOTTIME of a run queue's clock. That clock stands still between updates, and the two differ in rate:
 * by as much as 1,000 ppm on a virtual machine.
 */
static __always_inline u64 to_boot(struct activity *act, u64 clock)
{
	return clock + act->clock_offset;
}

/*
 * In sched_switch the clock is mostly a microsecond old, but some ten when the CPU comes out of idle, and an
 * update may have been left out: then the offset seems to be larger than it is. So it is lowered at once, and
 * raised only as fast as clocks drift.
 */
static __always_inline void find_clock_offset(struct activity *act, u64 clock)
{
	s64 age = clock - act->clock_offset_at;
	if (act->clock_offset && age < CLOCK_OFFSET_AGE)
		return;
	s64 offset = bpf_ktime_get_boot_ns() - clock, rise = offset - act->clock_offset;
	if (act->clock_offset && rise > age >> CLOCK_DRIFT_SHIFT &&
	    rise < MAX_LAG) /* else it was suspended */
		offset = act->clock_offset + (age >> CLOCK_DRIFT_SHIFT);
	act->clock_offset_at = clock;
	act->clock_offset = offset;
}

static __always_inline u64 bounded(s64 value, u64 bound)
{
	return value < 0 ? 0 : (u64)value > bound ? bound : value;
}

/* What a task has run by now: the kernel's books of a running one are as old as the last tick. */
static __always_inline u64 runtime_by(struct activity *act, struct task_struct *task, u64 now)
{
	u64 runtime = task->se.sum_exec_runtime;
	if (!task->on_cpu)
		return runtime;
	struct rq *rq = BPF_CORE_READ(task, se.cfs_rq, rq);
	s64 lag = BPF_CORE_READ(rq, clock_task) - task->se.exec_start;
	if (act->clock_offset)
		lag += now - to_boot(act, BPF_CORE_READ(rq, clock));
	return runtime + bounded(lag, MAX_LAG);
}

/* What it has waited for a CPU by now. */
static __always_inline u64 delay_by(struct activity *act, struct task_struct *task, u64 now)
{
	u64 delay = task->sched_info.run_delay, queued = task->sched_info.last_queued;
	if (!queued || task->on_cpu)
		return delay;
	s64 wait = act->clock_offset ? now - to_boot(act, queued)
				     : BPF_CORE_READ(task, se.cfs_rq, rq, clock) - queued;
	return delay + bounded(wait, ~0ULL);
}

#endif
