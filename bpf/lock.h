/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock image: who waits for a lock, where, for how long and for whom. A lock that is free is taken
 * without the kernel, so nothing is seen of that; a wait for any lock ends up in futex(2), whatever library
 * or runtime it is of. A call is a wait if its thread has slept in it: then the kernel counts a voluntary
 * switch.
 */
#ifndef PROC_IMAGE_LOCK_H
#define PROC_IMAGE_LOCK_H

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
	struct lock_wait *wait = make_storage(&lock_waits, task);
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
