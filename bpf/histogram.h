/* SPDX-License-Identifier: GPL-2.0 */
/* Times in ns as sum, min, max and buckets: how they are added to and folded. */
#ifndef PROC_IMAGE_HISTOGRAM_H
#define PROC_IMAGE_HISTOGRAM_H

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
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* For figures with one writer at a time: a task arrives on one CPU, under that CPU's run-queue lock. */
static __always_inline void histogram_add(struct histogram *stats, u64 value, u32 bucket)
{
	stats->sum += value;
	if (value > stats->max)
		stats->max = value;
	if (value < stats->min)
		stats->min = value;
	if (bucket < HISTOGRAM_BUCKETS)
		stats->buckets[bucket]++;
}

static __always_inline void histogram_reset(struct histogram *stats)
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
__noinline int histogram_fold(struct histogram *to, struct histogram *from)
{
	if (!to || !from)
		return 0;
	__sync_fetch_and_add(&to->sum, __sync_lock_test_and_set(&from->sum, 0));
	raise_to(&to->max, __sync_lock_test_and_set(&from->max, 0));
	lower_to(&to->min, __sync_lock_test_and_set(&from->min, ~0ULL));
	for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
		if (from->buckets[i])
			__sync_fetch_and_add(&to->buckets[i], __sync_lock_test_and_set(&from->buckets[i], 0));
	return 0;
}

/* Leaves both as they are. */
__noinline int histogram_add_all(struct histogram *to, const struct histogram *from)
{
	if (!to || !from)
		return 0;
	to->sum += from->sum;
	if (from->max > to->max)
		to->max = from->max;
	if (from->min < to->min)
		to->min = from->min;
	for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
	return 0;
}

__noinline int histogram_fold_one(struct histogram *to, u64 value, u32 bucket)
{
	if (!to)
		return 0;
	__sync_fetch_and_add(&to->sum, value);
	raise_to(&to->max, value);
	lower_to(&to->min, value);
	if (bucket < HISTOGRAM_BUCKETS)
		__sync_fetch_and_add(&to->buckets[bucket], 1);
	return 0;
}

#endif
