/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time ledger: where the time of a thread goes. What it ran and what it waited for a CPU is in the
 * kernel's own books; what is left of the time between two moments goes to the state that the thread was in.
 * So the states add up to the time, whatever switch is missed.
 */
#ifndef PROC_IMAGE_LEDGER_H
#define PROC_IMAGE_LEDGER_H

#define CLOCK_OFFSET_AGE  (1 << 20) /* ns after which it is found anew: clocks drift */
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
 * In sched_switch the clock is mostly a microsecond old, but an update may have been left out: then the
 * offset seems to be larger than it is. So it is lowered at once, and raised only as fast as clocks drift.
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

/* Brings the times up to now. */
static __always_inline void ledger_settle(struct keytime *keytime, u64 now, u64 runtime, u64 delay)
{
	u64 ran = runtime - keytime->runtime, waited = delay - keytime->delay;
	s64 rest = now - keytime->since - ran - waited;
	u64 state = keytime->state;
	keytime->version++;
	barrier();
	keytime->stats.times[TIME_RUNNING] += ran;
	keytime->stats.times[TIME_RUNNABLE] += waited;
	if (rest > 0 && state < TIME_STATES)
		keytime->stats.times[state] += rest;
	/* What clocks of several CPUs differ by is made up for by the next time. */
	keytime->since = rest < 0 ? now - rest : now;
	keytime->runtime = runtime;
	keytime->delay = delay;
	barrier();
	keytime->version++;
}

#define COPY_TRIES 8

/* Of a task that may be switching on another CPU. Where no copy comes out whole, the last one has to do. */
static __always_inline void ledger_copy(struct keytime *to, struct keytime *from)
{
	for (int i = 0; i < COPY_TRIES; i++) {
		u64 version = *(volatile u64 *)&from->version;
		barrier();
		*to = *from;
		barrier();
		if (!(version & 1) && *(volatile u64 *)&from->version == version)
			return;
	}
}

static __always_inline void ledger_settle_task(struct activity *act, struct keytime *keytime,
					       struct task_struct *task, u64 now)
{
	ledger_settle(keytime, now, runtime_by(act, task, now), delay_by(act, task, now));
}

/* state: of a task that is not on a run queue. */
static __always_inline u32 time_state_of(u32 state)
{
	if (state & TASK_DEAD)
		return TIME_STATES; /* nothing counts any more */
	if (state & (TASK_STOPPED | TASK_TRACED | TASK_FROZEN))
		return TIME_STOPPED;
	if (state & TASK_UNINTERRUPTIBLE && !(state & TASK_NOLOAD))
		return TIME_DISK;
	return TIME_SLEEPING;
}

/* As far as it can be seen from another CPU. */
static __always_inline u32 state_of(struct task_struct *task)
{
	bool runs = task->on_cpu || task->sched_info.last_queued;
	return runs ? TIME_STOLEN : time_state_of(task->__state);
}

static __always_inline void ledger_begin(struct activity *act, struct keytime *keytime,
					 struct task_struct *task, u64 now)
{
	__builtin_memset(keytime->stats.times, 0, sizeof(keytime->stats.times));
	keytime->since = now;
	keytime->runtime = runtime_by(act, task, now);
	keytime->delay = delay_by(act, task, now);
	keytime->state = state_of(task);
}

static __always_inline bool ledger_counts(struct activity *act, struct task_image *image)
{
	return image->images & 1 << IMAGE_LEDGER && counts_for_process(act, image, IMAGE_LEDGER);
}

static __always_inline bool ledger_counts_target(struct activity *act, struct task_image *image,
						 struct target_image *target)
{
	return target->images & 1 << IMAGE_LEDGER &&
	       test_slot(act->collect[IMAGE_LEDGER], image->policies[NAMED_BY_THREAD]);
}

/* The moment at which deadlines have stopped the ledger of a task, or now if something else did. */
static __always_inline u64 stopped_at(struct task_image *image, u64 now)
{
	u64 end = 0;
	for (int i = 0; i < NAMES; i++) {
		u32 slot = image->policies[i];
		struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
		if (slot && policy && policy->images & 1 << IMAGE_LEDGER && policy->deadline > end)
			end = policy->deadline;
	}
	return end && end < now ? end : now;
}

/*
 * Brings the times up to the moment at which the ledger was stopped. No switch lies between the last one that
 * was settled and that moment: so the task did one and the same thing in between, whatever it has done since.
 */
static __always_inline void ledger_stop(struct activity *act, struct keytime *keytime,
					struct task_struct *task, u64 stop, u64 now)
{
	u64 total = bounded(stop - keytime->since, ~0ULL), ran = 0, waited = 0;
	if (stop == now) {
		ledger_settle_task(act, keytime, task, now);
		return;
	}
	if (keytime->state == TIME_STOLEN) { /* on a run queue */
		ran = bounded(runtime_by(act, task, now) - keytime->runtime, total);
		waited = bounded(delay_by(act, task, now) - keytime->delay, total - ran);
	}
	ledger_settle(keytime, keytime->since + total, keytime->runtime + ran, keytime->delay + waited);
}

/*
 * Adds what has happened since to a copy, which was made at now or later. An activation may have met a task
 * just when it went to sleep: then its state is still to be seen.
 */
static __always_inline void ledger_read(struct activity *act, struct task_image *image,
					struct keytime *keytime, struct task_struct *task, bool counts,
					u64 now)
{
	if (!counts) {
		ledger_stop(act, keytime, task, stopped_at(image, now), now);
		return;
	}
	if (keytime->state == TIME_STOLEN)
		keytime->state = state_of(task);
	ledger_settle_task(act, keytime, task, now);
}

/* A task gets a CPU, or leaves it: what was until then is settled, and what follows begins. */
static __noinline int ledger_step(struct task_struct *task, struct task_image *image, u64 now, u64 delay,
				  u32 state)
{
	struct activity *act = get_activity();
	if (!act || !task || !image)
		return 0;
	u64 runtime = task->se.sum_exec_runtime;
	if (ledger_counts(act, image)) {
		ledger_settle(&image->keytime, now, runtime, delay);
		image->keytime.state = state;
		if (image->folded && task->sighand) /* not released yet, so its leader is not either */
			keytime_fold_into_heir(task, image);
	}
	if (!test_slot(act->collect[IMAGE_LEDGER], image->policies[NAMED_BY_THREAD]))
		return 0;
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	if (target && target->images & 1 << IMAGE_LEDGER) {
		ledger_settle(&target->keytime, now, runtime, delay);
		target->keytime.state = state;
	}
	return 0;
}

/*
 * All in the clock of the run queue, as the kernel's books are. Since prev's were last brought up to date the
 * scheduler itself has taken some time: it belongs to what prev does next.
 */
static __always_inline void ledger_switch(struct activity *act, bool preempt, struct task_struct *prev,
					  struct task_struct *next, struct task_image *next_image, u64 delay,
					  u32 prev_state)
{
	struct rq *rq = next->se.cfs_rq->rq;
	u64 clock = rq->clock;
	find_clock_offset(act, clock);
	u64 now = to_boot(act, clock);
	struct task_image *image = prev->pid ? bpf_task_storage_get(&images, prev, 0, 0) : NULL;
	if (image && image->named) {
		u64 since_books = bounded(rq->clock_task - prev->se.exec_start, MAX_LAG);
		u32 state = preempt || !prev_state ? TIME_STOLEN : time_state_of(prev_state);
		ledger_step(prev, image, now - since_books, prev->sched_info.run_delay, state);
	}
	if (next_image && next_image->named)
		ledger_step(next, next_image, now, delay, TIME_STOLEN);
}

#endif
