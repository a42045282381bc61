/* SPDX-License-Identifier: GPL-2.0 */
/* Delays in ns as sum, min, max and histogram: how they are added to and folded. */
#ifndef PROC_IMAGE_DELAY_H
#define PROC_IMAGE_DELAY_H

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

/*
 * The bucket of a value: 0 up to 2^11, 1 up to 2^12, ... A bound belongs to the bucket below it. Counts the
 * bits up to the highest one that is set, without a branch: the verifier would walk what follows once for
 * each outcome.
 */
static __always_inline u32 bucket_of(u64 value)
{
	s64 below = (s64)(value - 1);
	u64 bits = (u64)(below & ~(below >> 63)) >> FIRST_BOUND_LOG2; /* 0 stays 0 */
	bits |= bits >> 1;
	bits |= bits >> 2;
	bits |= bits >> 4;
	bits |= bits >> 8;
	bits |= bits >> 16;
	bits |= bits >> 32;
	bits -= bits >> 1 & 0x5555555555555555;
	bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0f;
	u32 bucket = bits * 0x0101010101010101 >> 56;
	return bucket < SCHEDULE_BUCKETS ? bucket : SCHEDULE_BUCKETS - 1;
}

/* For figures with one writer at a time: a task arrives on one CPU, under that CPU's run-queue lock. */
static __always_inline void schedule_add(struct schedule_stats *stats, u64 delay, u32 bucket)
{
	stats->sum += delay;
	if (delay > stats->max)
		stats->max = delay;
	if (delay < stats->min)
		stats->min = delay;
	if (bucket < SCHEDULE_BUCKETS)
		stats->buckets[bucket]++;
}

static __always_inline void schedule_reset(struct schedule_stats *stats)
{
	__builtin_memset(stats, 0, sizeof(*stats));
	stats->min = ~0ULL;
}

#define CAS_TRIES 32

static __always_inline void raise_to(u64 *where, u64 value)
{
	for (int i = 0; i < CAS_TRIES; i++) {
		u64 old = *(volatile u64 *)where;
		if (old >= value || __sync_val_compare_and_swap(where, old, value) == old)
			return;
	}
}

static __always_inline void lower_to(u64 *where, u64 value)
{
	for (int i = 0; i < CAS_TRIES; i++) {
		u64 old = *(volatile u64 *)where;
		if (old <= value || __sync_val_compare_and_swap(where, old, value) == old)
			return;
	}
}

/*
 * Moves figures to the heir of a thread that is gone. Each field is taken at once, so that nothing is in two
 * places, and what somebody adds meanwhile stays for the next time.
 */
static __noinline int schedule_fold(struct schedule_stats *to, struct schedule_stats *from)
{
	if (!to || !from)
		return 0;
	__sync_fetch_and_add(&to->sum, __sync_lock_test_and_set(&from->sum, 0));
	raise_to(&to->max, __sync_lock_test_and_set(&from->max, 0));
	lower_to(&to->min, __sync_lock_test_and_set(&from->min, ~0ULL));
	for (int i = 0; i < SCHEDULE_BUCKETS; i++)
		if (from->buckets[i])
			__sync_fetch_and_add(&to->buckets[i], __sync_lock_test_and_set(&from->buckets[i], 0));
	return 0;
}

/* Leaves both as they are. */
static __noinline int schedule_add_all(struct schedule_stats *to, const struct schedule_stats *from)
{
	if (!to || !from)
		return 0;
	to->sum += from->sum;
	if (from->max > to->max)
		to->max = from->max;
	if (from->min < to->min)
		to->min = from->min;
	for (int i = 0; i < SCHEDULE_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
	return 0;
}

static __noinline int schedule_fold_one(struct schedule_stats *to, u64 delay, u32 bucket)
{
	if (!to)
		return 0;
	__sync_fetch_and_add(&to->sum, delay);
	raise_to(&to->max, delay);
	lower_to(&to->min, delay);
	if (bucket < SCHEDULE_BUCKETS)
		__sync_fetch_and_add(&to->buckets[bucket], 1);
	return 0;
}

#endif
