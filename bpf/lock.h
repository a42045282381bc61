/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock image: who waits for a lock, where, for how long and for whom. A lock that is free is taken
 * without the kernel, so nothing is seen of that; a wait for any lock ends up in futex(2), whatever library
 * or runtime it is of. A call is a wait if its thread has slept in it: then the kernel counts a voluntary
 * switch.
 */
#ifndef PROC_IMAGE_LOCK_H
#define PROC_IMAGE_LOCK_H

#define MUTEX_CONTENDED 2     /* glibc: the value of the word that threads wait at */
#define MUTEX_KIND	0x3ff /* glibc: all bits of the kind of a mutex */
#define MUTEX_TYPE	3     /* of them: normal, recursive, error-checking, adaptive */
#define MUTEX_RECURSIVE 1
#define MUTEX_ROBUST	0x10
#define MOST_USERS	(1 << 22) /* who holds a mutex, and who waits for a condition with it */
#define MUSL_TYPE	0x8f	  /* musl: all bits of the type of a mutex */
#define MUSL_KNOWS	0xf	  /* of them: such a type notes its owner */

/* Before anything else is asked: most calls are none. */
static __always_inline bool may_be_futex(s64 number)
{
	return number == NR_FUTEX || number == NR_FUTEX_WAIT || number == NR_COMPAT_FUTEX ||
	       number == NR_COMPAT_FUTEX_TIME64;
}

/* Of compat calls it is what read(2) is of the others. */
static __always_inline bool may_be_restart(s64 number)
{
	return number == NR_RESTART || (number == NR_COMPAT_RESTART && is_compat(bpf_get_current_task_btf()));
}

struct futex_call {
	u64 address;
	u32 command;
	u32 value;
	u32 is_compat;
	u32 has_timeout;
};

/* False where it does not wait. Of a call that has not ended: arguments are still in the registers. */
static __noinline int read_futex(struct futex_call *call, struct task_struct *task, struct pt_regs *regs,
				 s64 number)
{
	if (!call || !task || !regs)
		return 0;
	u64 second, third, fourth, fifth;
	call->is_compat = is_compat(task);
	if (number == NR_FUTEX_WAIT ? 0
	    : call->is_compat	    ? number != NR_COMPAT_FUTEX && number != NR_COMPAT_FUTEX_TIME64
				    : number != NR_FUTEX)
		return 0;
#if defined(__TARGET_ARCH_x86)
	if (call->is_compat) {
		call->address = (u32)BPF_CORE_READ(regs, bx);
		second = BPF_CORE_READ(regs, cx);
		third = BPF_CORE_READ(regs, dx);
		fourth = (u32)BPF_CORE_READ(regs, si);
		fifth = (u32)BPF_CORE_READ(regs, di);
	} else {
		call->address = BPF_CORE_READ(regs, di);
		second = BPF_CORE_READ(regs, si);
		third = BPF_CORE_READ(regs, dx);
		fourth = BPF_CORE_READ(regs, r10);
		fifth = BPF_CORE_READ(regs, r8);
	}
#else
	call->address = BPF_CORE_READ(regs, orig_x0);
	second = BPF_CORE_READ(regs, regs[1]);
	third = BPF_CORE_READ(regs, regs[2]);
	fourth = BPF_CORE_READ(regs, regs[3]);
	fifth = BPF_CORE_READ(regs, regs[4]);
#endif
	call->command = number == NR_FUTEX_WAIT ? FUTEX_WAIT : second & FUTEX_COMMAND;
	call->value = number == NR_FUTEX_WAIT ? second : third;
	call->has_timeout = (number == NR_FUTEX_WAIT ? fifth : fourth) != 0;
	return call->command == FUTEX_WAIT || call->command == FUTEX_WAIT_BITSET ||
	       call->command == FUTEX_LOCK_PI || call->command == FUTEX_LOCK_PI2 ||
	       call->command == FUTEX_WAIT_REQUEUE_PI;
}

static __always_inline bool inherits_priority(struct futex_call *call)
{
	return call->command == FUTEX_LOCK_PI || call->command == FUTEX_LOCK_PI2;
}

static __always_inline u32 place_of_owner(struct futex_call *call)
{
	if (inherits_priority(call))
		return OWNER_IN_WORD;
	if (call->command == FUTEX_WAIT_REQUEUE_PI) /* a condition */
		return OWNER_NOWHERE;
	if (call->value & FUTEX_WAITERS)
		return OWNER_IN_ROBUST;
	if (call->value == MUTEX_CONTENDED)
		return call->is_compat ? OWNER_IN_MUTEX32 : OWNER_IN_MUTEX;
	return OWNER_NOWHERE;
}

/* From the word on: pthread_mutex_t of glibc. */
struct glibc_mutex {
	u32 word;
	u32 count;
	s32 owner;
	u32 users; /* of 32 bits: this and the next one are the other way round */
	u32 kind;
	u32 spins;
	u64 previous, next; /* of a robust one; of 32 bits there is only one of them, and other things */
};

/* Who holds it now, as its memory says, or 0. Whether there is such a thread is for user space to find out.
 */
__noinline s32 sample_owner(u64 address, u32 place)
{
	struct glibc_mutex mutex;
	u32 before = 0;
	if (place == OWNER_IN_WORD) {
		if (bpf_probe_read_user(&mutex.word, sizeof(mutex.word), (void *)address))
			return 0;
		return mutex.word & FUTEX_TID_MASK;
	}
	if (bpf_probe_read_user(&mutex, sizeof(mutex), (void *)address))
		return 0;
	bool is_narrow = place == OWNER_IN_MUTEX32;
	u32 users = is_narrow ? mutex.kind : mutex.users, kind = is_narrow ? mutex.users : mutex.kind;
	bool is_robust = kind & MUTEX_ROBUST, is_recursive = (kind & MUTEX_TYPE) == MUTEX_RECURSIVE;
	bool is_glibc = !(kind & ~MUTEX_KIND) && users && users < MOST_USERS &&
			!(mutex.owner & ~FUTEX_TID_MASK) && is_recursive == (mutex.count != 0);
	if (place == OWNER_IN_ROBUST) {
		s32 tid = mutex.word & FUTEX_TID_MASK;
		if (is_glibc && is_robust && mutex.owner == tid)
			return tid;
		bpf_probe_read_user(&before, sizeof(before), (void *)address - sizeof(before));
		return before & MUSL_KNOWS && !(before & ~MUSL_TYPE) ? tid : 0;
	}
	if (!is_narrow && (mutex.previous | mutex.next)) /* only a robust one is in a list */
		return 0;
	return is_glibc && !is_robust ? mutex.owner : 0;
}

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

__noinline int add_wait(struct histogram *to, u64 time, u32 bucket)
{
	return histogram_fold_one(to, time, bucket);
}

struct ended_wait {
	u64 time; /* ns */
	u64 since;
	s32 life_tid;
	u32 has_slept;
	u32 is_ending; /* its thread is */
	u32 is_target; /* its life */
};

/* Of the thread that runs. Not static: then it is verified once. */
__noinline int count_wait(struct lock_wait *wait, struct ended_wait *ended)
{
	struct task_struct *task = bpf_get_current_task_btf();
	if (!wait || !ended)
		return 0;
	struct lock_key key;
	__builtin_memset(&key, 0, sizeof(key));
	fill_life(&key.life, task, ended->life_tid);
	key.address = wait->address;
	key.program = BPF_CORE_READ(task, self_exec_id);
	struct lock_stats *stats = stats_of(&key, wait->kind, ended->since);
	struct locks_record *all = totals_of(&key.life, ended->since);
	u32 kind = stats ? key.kind : wait->kind, bucket = bucket_of(ended->time);
	if (!stats || !all)
		lose(LOSS_LOCK);
	if (all && kind < WAIT_KINDS) {
		struct lock_totals *totals = &all->kinds[kind];
		if (!ended->has_slept)
			__sync_fetch_and_add(&totals->at_once, 1);
		else
			add_wait(&totals->waits, ended->time, bucket);
	}
	if (!stats)
		return 0;
	stats->is_target = ended->is_target;
	if (!ended->has_slept) {
		__sync_fetch_and_add(&stats->at_once, 1);
		return 0;
	}
	add_wait(&stats->waits, ended->time, bucket);
	if (ended->time > stats->longest.time) {
		struct noted noted = {
			.time = ended->time,
			.stack = wait->stack,
			.owner = wait->owner,
			.is_ending = ended->is_ending,
		};
		keep_longest(&stats->longest, &noted);
	}
	return 0;
}

/* For its process, and for itself where the thread is a target. */
__noinline int end_wait(struct lock_wait *wait, u64 end, u32 is_ending)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct activity *act = get_activity();
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	if (!act || !image || !wait)
		return 0;
	u64 begin = wait->begin;
	struct ended_wait ended = {
		.time = end - begin,
		.since = image->lock_since,
		.has_slept = BPF_CORE_READ(task, nvcsw) != wait->switches,
		.is_ending = is_ending,
		.is_target = image->policies[NAMED_BY_PROCESS] || image->policies[NAMED_BY_ANCESTOR],
	};
	wait->begin = wait->end = 0;
	if (lock_counts(act, image) && begin >= ended.since) /* else it is of an earlier activation */
		count_wait(wait, &ended);
	if (!lock_counts_thread(act, image))
		return 0;
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	if (!target || !(target->images & 1 << IMAGE_LOCK) || begin < target->lock_since)
		return 0;
	ended.since = target->lock_since;
	ended.life_tid = BPF_CORE_READ(task, pid);
	ended.is_target = 1;
	count_wait(wait, &ended);
	return 0;
}

/*
 * The call begins anew at the same place after a signal, at once or when a handler has returned there: it is
 * the same wait. Where a handler waits itself, what it has interrupted counts as two.
 */
static __always_inline bool goes_on(struct lock_wait *wait, struct pt_regs *regs)
{
	return wait->begin && wait->end && wait->may_resume && wait->stack == BPF_CORE_READ(regs, sp) &&
	       wait->instruction == BPF_CORE_READ(regs, INSTRUCTION);
}

/* A thread calls the kernel within a call that has not ended: the kernel has left out the program that ends
 * it. */
static __noinline int miss_end(struct activity *act, struct task_image *image, struct lock_wait *wait,
			       struct task_struct *task)
{
	if (!act || !image || !wait || !task || !task->group_leader)
		return 0;
	struct task_image *process = bpf_task_storage_get(&images, task->group_leader, 0, 0);
	if (process && lock_counts(act, image) && wait->begin >= image->lock_since) {
		process->incomplete = 1;
		lose(LOSS_LOCK);
	}
	wait->begin = wait->end = 0;
	return 0;
}

static __noinline int lock_begin(struct pt_regs *regs, s64 number)
{
	struct activity *act = get_activity();
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	struct futex_call call;
	if (!act || !regs || !image || !image->named ||
	    !(lock_counts(act, image) || lock_counts_thread(act, image)))
		return 0;
	if (!read_futex(&call, task, regs, number)) {
		struct lock_wait *before = bpf_task_storage_get(&lock_waits, task, 0, 0);
		if (before && before->begin && !before->end)
			miss_end(act, image, before, task);
		return 0;
	}
	struct lock_wait *wait = bpf_task_storage_get(&lock_waits, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!wait) {
		if (task->group_leader)
			lose_thread(task->group_leader);
		return 0;
	}
	if (wait->address == call.address && goes_on(wait, regs)) {
		wait->end = 0;
		return 0;
	}
	if (wait->begin && wait->end)
		end_wait(wait, wait->end, 0);
	else if (wait->begin)
		miss_end(act, image, wait, task);
	wait->address = call.address;
	wait->value = call.value;
	wait->stack = BPF_CORE_READ(regs, sp);
	wait->has_timeout = call.has_timeout;
	wait->end = 0;
	wait->place = place_of_owner(&call);
	wait->owner = wait->place ? sample_owner(call.address, wait->place) : 0;
	wait->kind = inherits_priority(&call) || wait->owner ? LOCK_MUTEX : LOCK_FUTEX;
	wait->switches = BPF_CORE_READ(task, nvcsw);
	wait->begin = bpf_ktime_get_boot_ns();
	return 0;
}

/* A wait with a timeout goes on after a signal. */
static __noinline int lock_resume(struct pt_regs *regs)
{
	struct lock_wait *wait = bpf_task_storage_get(&lock_waits, bpf_get_current_task_btf(), 0, 0);
	if (wait && regs && goes_on(wait, regs))
		wait->end = 0;
	return 0;
}

static __always_inline void lock_enter(struct pt_regs *regs, s64 number)
{
	if (may_be_futex(number))
		lock_begin(regs, number);
	else if (may_be_restart(number))
		lock_resume(regs);
}

static __noinline int lock_end(struct pt_regs *regs, s64 result)
{
	u64 now = bpf_ktime_get_boot_ns();
	struct task_struct *task = bpf_get_current_task_btf();
	struct lock_wait *wait = bpf_task_storage_get(&lock_waits, task, 0, 0);
	if (!wait || !regs || !wait->begin || wait->end)
		return 0;
	if (may_begin_anew(result)) {
		wait->end = now;
		wait->instruction = BPF_CORE_READ(regs, INSTRUCTION);
		wait->may_resume = 1;
	} else {
		end_wait(wait, now, 0);
	}
	return 0;
}

/* rt_sigreturn(2) ends: a handler gives the thread back, to the call that it has interrupted or behind it. */
static __noinline int lock_return_from_handler(struct pt_regs *regs)
{
	struct lock_wait *wait = bpf_task_storage_get(&lock_waits, bpf_get_current_task_btf(), 0, 0);
	if (!wait || !regs || !wait->begin || !wait->end || wait->stack != BPF_CORE_READ(regs, sp))
		return 0;
	u64 instruction = BPF_CORE_READ(regs, INSTRUCTION);
	if (instruction == wait->instruction) /* with EINTR */
		end_wait(wait, wait->end, 0);
	else
		wait->may_resume = wait->instruction - instruction <= CALL_INSTRUCTION;
	return 0;
}

static __always_inline void lock_exit(struct pt_regs *regs, s64 result)
{
	s64 number = (s32)regs->SYSCALL_NUMBER;
	if (may_be_futex(number) || may_be_restart(number))
		lock_end(regs, result);
	else if (number < 0) /* rt_sigreturn(2) has put other registers in place of its own */
		lock_return_from_handler(regs);
}

/* A thread ends within its wait, or after one that a signal has interrupted. */
static __noinline int lock_end_thread(struct task_struct *task)
{
	struct lock_wait *wait = task ? bpf_task_storage_get(&lock_waits, task, 0, 0) : NULL;
	if (wait && wait->begin)
		end_wait(wait, wait->end ? wait->end : bpf_ktime_get_boot_ns(), 1);
	return 0;
}

/* Null where there is none of this activation. */
static __always_inline struct locks_record *find_totals(struct task_struct *task, s32 life_tid, u64 since)
{
	struct life life;
	fill_life(&life, task, life_tid);
	struct locks_record *totals = bpf_map_lookup_elem(&lock_totals, &life);
	return totals && totals->since == since ? totals : NULL;
}

/*
 * What a thread that sleeps waits for. The registers of its call tell it also of a wait that began before
 * anybody looked, as that of a deadlock may have.
 */
static __noinline int find_wait(struct wait_record *record, struct task_struct *task, u64 since)
{
	struct pt_regs *regs = task ? (void *)bpf_task_pt_regs(task) : NULL;
	struct futex_call call;
	if (!record || !regs || !BPF_CORE_READ(task, __state) || !BPF_CORE_READ(task, mm))
		return 0;
	struct lock_wait *wait = bpf_task_storage_get(&lock_waits, task, 0, 0);
	s64 number = (s32)BPF_CORE_READ(regs, SYSCALL_NUMBER);
	/* One that a signal has interrupted goes on unless a handler ends it, also while it is stopped. */
	bool is_noted = wait && wait->begin >= since && wait->begin && (!wait->end || wait->may_resume);
	if (may_be_futex(number)) {
		if (!read_futex(&call, task, regs, number))
			return 0;
		is_noted = is_noted && wait->address == call.address;
	} else if (!is_noted || (number != NR_RESTART && number != NR_COMPAT_RESTART)) {
		return 0;
	}
	if (is_noted) {
		record->address = wait->address;
		record->begin = wait->begin;
		record->kind = wait->kind;
		record->place = wait->place;
		record->value = wait->value;
		record->has_timeout = wait->has_timeout;
	} else {
		record->address = call.address;
		record->kind = inherits_priority(&call) ? LOCK_MUTEX : LOCK_FUTEX;
		record->place = place_of_owner(&call);
		record->value = call.value;
		record->has_timeout = call.has_timeout;
	}
	record->instruction = BPF_CORE_READ(regs, INSTRUCTION);
	record->stack_pointer = BPF_CORE_READ(regs, sp);
	record->frame_pointer = BPF_CORE_READ(regs, FRAME_POINTER);
	struct return_instance *probed = probed_returns(task);
	if (probed) {
		record->return_at = BPF_CORE_READ(probed, stack);
		record->return_address = BPF_CORE_READ(probed, orig_ret_vaddr);
	}
	return 1;
}

#endif
