/* SPDX-License-Identifier: GPL-2.0 */
/* What is kept of the locks of a life: whose it is, how it begins anew, and the longest wait or hold. */
#ifndef PROC_IMAGE_LOCK_STATS_H
#define PROC_IMAGE_LOCK_STATS_H

static __always_inline bool lock_counts(struct activity *act, struct task_image *image)
{
	return image->images & 1 << IMAGE_LOCK && counts_for_process(act, image, IMAGE_LOCK);
}

static __always_inline bool lock_counts_thread(struct activity *act, struct task_image *image)
{
	return test_slot(act->collect[IMAGE_LOCK], image->policies[NAMED_BY_THREAD]);
}

const struct locks_record fresh_totals = {
	.header = {.type = RECORD_LOCKS, .size = sizeof(struct locks_record)},
	.kinds = {{.waits = {.min = ~0ULL}}, {.waits = {.min = ~0ULL}}},
};

const struct lock_stats fresh_lock = {.waits = {.min = ~0ULL}};

/* life_tid: of a thread that is a target itself, else 0. */
static __always_inline void fill_life(struct life *life, struct task_struct *task, s32 life_tid)
{
	life->tgid = BPF_CORE_READ(task, tgid);
	life->tid = life_tid;
	life->start_id = life_tid ? BPF_CORE_READ(task, start_boottime)
				  : BPF_CORE_READ(task, group_leader, start_boottime);
}

/*
 * What is left of an earlier activation goes. Whoever comes first at the later one clears it, and says when
 * that is done; who comes meanwhile is not counted there, and that is.
 */
enum beginning {
	HAS_BEGUN,
	BEGINS, /* it is fresh */
	BEGINS_ANEW,
	BEGINS_ELSEWHERE,
};

#define BEING_CLEARED 1 /* no activation is so early */

static __always_inline u32 begin_at(u64 *since, u64 activation)
{
	u64 old = *(volatile u64 *)since;
	if (old >= activation)
		return HAS_BEGUN;
	if (old == BEING_CLEARED)
		return BEGINS_ELSEWHERE;
	u64 met = __sync_val_compare_and_swap(since, old, old ? BEING_CLEARED : activation);
	if (met != old)
		return met >= activation ? HAS_BEGUN : BEGINS_ELSEWHERE;
	return old ? BEGINS_ANEW : BEGINS;
}

static __always_inline void end_beginning(u64 *since, u64 activation)
{
	__sync_lock_test_and_set(since, activation);
}

static __always_inline struct locks_record *totals_of(struct life *life, u64 since)
{
	struct locks_record *totals = bpf_map_lookup_elem(&lock_totals, life);
	if (!totals) {
		bpf_map_update_elem(&lock_totals, life, &fresh_totals, BPF_NOEXIST);
		totals = bpf_map_lookup_elem(&lock_totals, life);
	}
	if (!totals)
		return NULL;
	totals->tgid = life->tgid;
	totals->tid = life->tid;
	totals->start_id = life->start_id;
	u32 begins = begin_at(&totals->since, since);
	if (begins == BEGINS_ANEW) {
		for (int kind = 0; kind < WAIT_KINDS; kind++) {
			histogram_reset(&totals->kinds[kind].waits);
			totals->kinds[kind].at_once = 0;
		}
		end_beginning(&totals->since, since);
	}
	return begins == BEGINS_ELSEWHERE ? NULL : totals;
}

/*
 * A lock is a mutex from the first wait on that has found an owner in its memory: between two owners there is
 * none for a moment.
 */
static __always_inline struct lock_stats *stats_of(struct lock_key *key, u32 kind, u64 since)
{
	key->kind = LOCK_MUTEX;
	struct lock_stats *stats = bpf_map_lookup_elem(&locks, key);
	if (!stats && kind != LOCK_MUTEX) {
		key->kind = kind;
		stats = bpf_map_lookup_elem(&locks, key);
	}
	if (!stats) {
		bpf_map_update_elem(&locks, key, &fresh_lock, BPF_NOEXIST);
		stats = bpf_map_lookup_elem(&locks, key);
	}
	if (!stats)
		return NULL;
	u32 begins = begin_at(&stats->since, since);
	if (begins == BEGINS_ELSEWHERE)
		return NULL;
	if (begins != HAS_BEGUN)
		stats->first = bpf_ktime_get_boot_ns();
	if (begins == BEGINS_ANEW) {
		histogram_reset(&stats->waits);
		stats->at_once = stats->longest.time = 0;
		end_beginning(&stats->since, since);
	}
	return stats;
}

/* A wait or a hold that may be the longest one, of the thread that runs. */
struct noted {
	u64 time;  /* ns */
	u64 stack; /* pointer */
	s32 owner;
	u32 is_ending; /* its thread is: it has no stack any more */
};

/* The kernel's stack would be that of futex(2), or of a probe, always. Not static: then it is verified once.
 */
__noinline int keep_longest(struct longest_wait *longest, struct noted *noted)
{
	struct task_struct *task = bpf_get_current_task_btf();
	if (!longest || !noted)
		return 0;
	u64 version = *(volatile u64 *)&longest->version;
	if (version & 1 || __sync_val_compare_and_swap(&longest->version, version, version + 1) != version)
		return 0; /* another thread does this right now */
	if (noted->time > longest->time) {
		longest->time = noted->time;
		longest->tid = bpf_get_current_pid_tgid();
		longest->owner = noted->owner;
		longest->stack_pointer = 0;
		longest->user_stack[0] = 0;
		bpf_get_current_comm(longest->comm, COMM_SIZE);
		if (!noted->is_ending) {
			bpf_get_task_stack(task, longest->user_stack, sizeof(longest->user_stack),
					   BPF_F_USER_STACK);
			if (!bpf_probe_read_user(longest->words, sizeof(longest->words),
						 (void *)noted->stack)) {
				longest->stack_pointer = noted->stack;
				restore_returns(task, longest->words, LOCK_WORDS, noted->stack);
			}
		}
	}
	__sync_fetch_and_add(&longest->version, 1);
	return 0;
}

#endif
