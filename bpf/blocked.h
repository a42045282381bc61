/* SPDX-License-Identifier: GPL-2.0 */
/* Where targets block: the stacks of those places, and how long was waited there. */
#ifndef PROC_IMAGE_BLOCKED_H
#define PROC_IMAGE_BLOCKED_H

/* life_tid: of a thread that is a target itself, else 0. */
static __always_inline void fill_blocked_key(struct blocked_key *key, struct keytime *keytime,
					     struct task_struct *task, s32 life_tid)
{
	__builtin_memset(key, 0, sizeof(*key));
	key->life.tgid = task->tgid;
	key->life.tid = life_tid;
	key->life.start_id =
		life_tid ? task->start_boottime : BPF_CORE_READ(task, group_leader, start_boottime);
	key->stacks = keytime->blocks_at;
	key->state = keytime->state;
	key->program = task->self_exec_id;
}

#define HASH_FACTOR 0x9e3779b97f4a7c15ULL

static __always_inline u64 hash_step(u64 hash, u64 word)
{
	hash = (hash ^ word) * HASH_FACTOR;
	return hash ^ hash >> 29;
}

/* Of the stacks: up to the zeros behind them. Not static: then it is verified once. */
__noinline u64 hash_of_stacks(struct blocked_stats *at)
{
	u64 hash = 0;
	if (!at)
		return 0;
	for (int i = 0; i < KERNEL_FRAMES && at->kernel_stack[i]; i++)
		hash = hash_step(hash, at->kernel_stack[i]);
	hash = hash_step(hash, 0);
	for (int i = 0; i < USER_FRAMES && at->user_stack[i]; i++)
		hash = hash_step(hash, at->user_stack[i]);
	return hash;
}

#define NEAR_CODE    (1ULL << 32) /* libraries lie that near to each other */
#define THIS_LIBRARY (1ULL << 20)
#define STACK_REACH  (8ULL << 20)
/* New places of a thread, or there is no end of them: its start must not use them up for the rest of its
 * life. */
#define PLACES_AT_FIRST	  64
#define PLACES_LATER	  192
#define PLACE_INTERVAL_NS (1ULL << 30) /* until there is one more of these */

/*
 * A walk leaves out who has called a function that has no frame, and where code uses the frame pointer for
 * something else, as libc does while it waits for a condition, it finds nothing more: all who wait there
 * would be at the same place. So whatever on top of the stack may be a return address counts, too: what lies
 * in the code of the program, and what lies near the code that waits and is not aligned as pointers to data
 * are.
 */
__noinline u64 hash_of_words(struct blocked_stats *at, u64 hash)
{
	if (!at)
		return hash;
	u64 here = at->user_stack[0];
	for (int i = 0; i < STACK_WORDS; i++) {
		u64 word = at->words[i];
		if (i >= PLACE_WORDS && at->user_stack[FEW_FRAMES])
			break;
		bool is_here = word - here + THIS_LIBRARY < 2 * THIS_LIBRARY;
		bool is_near = word - here + NEAR_CODE < 2 * NEAR_CODE && word & 7 &&
			       word - at->stack_pointer + STACK_REACH >= 2 * STACK_REACH;
		if (is_here || is_near || word - at->code_start < at->code_end - at->code_start)
			hash = hash_step(hash, word);
	}
	return hash;
}

/* Fewer where the memory of the stack ends before. What is not read is zeros. */
static __always_inline void read_words(struct blocked_stats *at, struct task_struct *task, bool all)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	void *top = (void *)BPF_CORE_READ(regs, sp);
	at->stack_pointer = (u64)top;
	if ((!all || bpf_probe_read_user(at->words, sizeof(at->words), top)) &&
	    bpf_probe_read_user(at->words, PLACE_WORDS * sizeof(u64), top))
		at->stack_pointer = 0;
	else
		restore_returns(task, at->words, STACK_WORDS, (u64)top);
}

static __always_inline bool has_place_by_words(struct keytime *keytime, u64 ledger_since)
{
	u64 later = keytime->since > ledger_since ? (keytime->since - ledger_since) / PLACE_INTERVAL_NS : 0;
	return keytime->places < PLACES_AT_FIRST + (later < PLACES_LATER ? later : PLACES_LATER);
}

/* Where the task that runs is going to block. What is on top of its stack can be read only now. */
static __noinline int take_stacks(void *ctx, struct keytime *keytime, struct task_struct *task, s32 life_tid,
				  u64 ledger_since)
{
	u32 zero = 0;
	struct blocked_stats *fresh = bpf_map_lookup_elem(&blocked_scratch, &zero);
	if (!keytime || !task || !fresh)
		return 0;
	/* Of a task without one they are left as zeros. */
	bpf_get_stack(ctx, fresh->kernel_stack, sizeof(fresh->kernel_stack), 0);
	bpf_get_stack(ctx, fresh->user_stack, sizeof(fresh->user_stack), BPF_F_USER_STACK);
	bool has_few = !fresh->user_stack[FEW_FRAMES];
	fresh->code_start = BPF_CORE_READ(task, mm, start_code);
	fresh->code_end = BPF_CORE_READ(task, mm, end_code);
	fresh->stack_pointer = 0;
	if (fresh->user_stack[0] && has_place_by_words(keytime, ledger_since))
		read_words(fresh, task, has_few);
	keytime->blocks_at = hash_of_stacks(fresh);
	if (fresh->stack_pointer)
		keytime->blocks_at = hash_of_words(fresh, keytime->blocks_at);
	keytime->blocks = 1;
	struct blocked_key key;
	fill_blocked_key(&key, keytime, task, life_tid);
	struct blocked_stats *known = bpf_map_lookup_elem(&blocked, &key);
	if (known && known->since < ledger_since) { /* of an activation whose end no loader has seen */
		known->time = known->count = known->max = 0;
		known->since = keytime->since;
	}
	if (known)
		return 0;
	if (fresh->stack_pointer && !has_few)
		read_words(fresh, task, true);
	fresh->since = keytime->since;
	keytime->places += fresh->stack_pointer != 0;
	long result = bpf_map_update_elem(&blocked, &key, fresh, BPF_NOEXIST);
	if (!result || result == -EEXIST) /* then another thread of it was first */
		return 0;
	keytime->blocks = 0;
	lose(LOSS_STACK);
	return 0;
}

static __noinline int add_blocked(struct keytime *keytime, struct task_struct *task, s32 life_tid, u64 time)
{
	if (!keytime || !task)
		return 0;
	struct blocked_key key;
	fill_blocked_key(&key, keytime, task, life_tid);
	keytime->blocks = 0;
	struct blocked_stats *stats = bpf_map_lookup_elem(&blocked, &key);
	if (!stats)
		return 0; /* user space has ended it: the life is over, or its policy was */
	__sync_fetch_and_add(&stats->time, time);
	__sync_fetch_and_add(&stats->count, 1);
	if (time > stats->max) /* where several threads stop at once, one may be overwritten */
		stats->max = time;
	return 0;
}

#endif
