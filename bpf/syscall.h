/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The syscall image: what a life asks of the kernel, how long that takes, and in which order. A call counts
 * when it ends, or when its thread does within it, so that whenever the image is switched on and off each
 * call is counted once.
 */
#ifndef PROC_IMAGE_SYSCALL_H
#define PROC_IMAGE_SYSCALL_H

#define FOREIGN_PROBES 8
#define LEAST_SLEEP    100000000 /* ns: no machine sleeps for less */

/*
 * Calls are timed by CLOCK_MONOTONIC, which costs two calls less than CLOCK_BOOTTIME and stands still while
 * the machine sleeps. Where the reader is held up between the two clocks, they seem to be further apart than
 * they are: so the least is taken.
 */
static __always_inline void learn_sleep(struct activity *act)
{
	u64 awake = bpf_ktime_get_ns();
	u64 slept = bpf_ktime_get_boot_ns() - awake;
	if (slept < act->slept || slept > act->slept + LEAST_SLEEP)
		act->slept = slept;
}

/* 0 stays 0: it was not seen. */
static __always_inline u64 boottime_of(struct activity *act, u64 awake)
{
	return awake ? awake + act->slept : 0;
}

static __always_inline bool is_compat(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return task->thread_info.status & TS_COMPAT; /* of the call, not of the program: int 0x80 too */
#else
	return task->thread_info.flags >> TIF_32BIT & 1;
#endif
}

/* The next free row is the number's from now on. 0, that of all others, when there is none. */
static __always_inline u32 add_row(struct call_table *table, s32 number, u32 kind)
{
	if (table->record.rows_used >= CALL_ROWS - 1)
		return 0;
	u32 row = __sync_fetch_and_add(&table->record.rows_used, 1) + 1;
	if (row >= CALL_ROWS) {
		__sync_fetch_and_add(&table->record.rows_used, -1);
		return 0;
	}
	table->record.rows[row].number = number;
	table->record.rows[row].kind = kind;
	return row;
}

/*
 * Where two threads make the first call of a number at the same time, or of two that have the same hash, it
 * may get two rows: whoever reads adds them up. Not static: then it is verified once.
 */
__noinline int find_row(struct call_table *table, s32 number, u32 kind)
{
	u32 row = 0;
	if (!table)
		return 0;
	table->record.rows[0].kind = CALL_OTHER;
	if (kind == CALL_NATIVE && (u32)number < NATIVE_NUMBERS) {
		row = add_row(table, number, kind);
		table->native[number & (NATIVE_NUMBERS - 1)] = row;
		return row;
	}
	for (u32 i = 0; i < FOREIGN_PROBES; i++) {
		u32 at = ((u32)number + i) & (FOREIGN_NUMBERS - 1);
		row = table->foreign[at];
		if (!row) {
			row = add_row(table, number, kind);
			table->foreign[at] = row;
			return row;
		}
		if (row < CALL_ROWS && table->record.rows[row].number == number &&
		    table->record.rows[row].kind == kind)
			return row;
	}
	return 0;
}

static __always_inline struct call_row *row_of(struct call_table *table, s32 number, u32 kind)
{
	u32 row = 0;
	if (kind == CALL_NATIVE && (u32)number < NATIVE_NUMBERS)
		row = table->native[number & (NATIVE_NUMBERS - 1)];
	if (!row)
		row = find_row(table, number, kind);
	return &table->record.rows[row < CALL_ROWS ? row : 0];
}

union error_key {
	struct {
		s32 number;
		u16 kind;
		u16 error;
	};
	u64 all;
};

/* So many of one error: times is 1, but when figures move to an heir. */
__noinline int count_errors(struct call_table *table, s32 number, u32 kind, u32 error, u64 times)
{
	union error_key key = {.number = number, .kind = kind, .error = error};
	if (!table || !times)
		return 0;
	for (u32 i = 0; i < FOREIGN_PROBES; i++) {
		struct call_error *at =
			&table->record.errors[((u32)number + error * 7 + i) & (CALL_ERRORS - 1)];
		u64 there = *(volatile u64 *)at;
		if (!there)
			there = __sync_val_compare_and_swap((u64 *)at, 0, key.all);
		if (!there || there == key.all) {
			__sync_fetch_and_add(&at->count, times);
			return 0;
		}
	}
	__sync_fetch_and_add(&table->record.other_errors, times);
	return 0;
}

/* These two are not static: so the verifier goes through their loops once. min: 0 means that there is none
 * yet. */
__noinline int lower_min(u64 *min, u64 time)
{
	if (!min)
		return 0;
	for (int i = 0; i < CAS_TRIES; i++) {
		u64 old = *(volatile u64 *)min;
		if ((old && old <= time) || __sync_val_compare_and_swap(min, old, time) == old)
			break;
	}
	return 0;
}

__noinline int raise_max(u64 *max, u64 time)
{
	if (max)
		raise_to(max, time);
	return 0;
}

static __always_inline bool is_error(s64 result)
{
	return (u64)result >= (u64)-MAX_ERRNO;
}

struct ended_call {
	s32 number;
	u32 kind;
	u64 begin; /* 0: not seen */
	u64 end;
	u64 time; /* ns, or CALL_TIME_UNKNOWN */
	s64 result;
};

/* Not static, likewise. since: of what counts, before which no time is anybody's. */
__noinline int count_call(struct call_table *table, struct ended_call *call, u64 since)
{
	if (!table || !call || call->end < since) /* it is of an earlier activation */
		return 0;
	struct call_row *row = row_of(table, call->number, call->kind);
	__sync_fetch_and_add(&row->count, 1);
	if (is_error(call->result)) {
		__sync_fetch_and_add(&row->errors, 1);
		count_errors(table, row->number, row->kind, -call->result, 1);
	}
	if (call->time == CALL_TIME_UNKNOWN || call->begin < since) {
		__sync_fetch_and_add(&row->untimed, 1);
		return 0;
	}
	u32 bucket = bucket_of(call->time);
	__sync_fetch_and_add(&row->time, call->time);
	if (call->time > row->max)
		raise_max(&row->max, call->time);
	if (bucket < HISTOGRAM_BUCKETS)
		__sync_fetch_and_add(&table->record.buckets[bucket], 1);
	if (!table->record.min || call->time < table->record.min)
		lower_min(&table->record.min, call->time);
	return 0;
}

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
	return bpf_task_storage_get(&process_calls, leader, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
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
		if (!image && thread->since && !bpf_core_type_exists(btf_bpf_task_storage_get_recur))
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
		struct call_table *table =
			bpf_task_storage_get(&target_calls, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
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

/* The innermost interrupted call has failed with EINTR, or its thread has left it for good. */
static __noinline int end_interrupted(struct task_struct *task, struct thread_calls *thread, s64 result)
{
	u32 at = thread ? thread->interrupted_used - 1 : INTERRUPTED_KEPT;
	if (!task || !thread || at >= INTERRUPTED_KEPT)
		return 0;
	struct interrupted_call *from = &thread->interrupted[at];
	struct ended_call call = {
		.number = from->number,
		.kind = from->kind,
		.begin = from->begin,
		.end = from->end,
		.time = from->begin ? from->end - from->begin : CALL_TIME_UNKNOWN,
		.result = result,
	};
	thread->interrupted_used = at;
	end_call(task, thread, &call);
	return 0;
}

static __always_inline struct interrupted_call *innermost(struct thread_calls *thread)
{
	u64 at = thread->interrupted_used - 1;
	if (at >= INTERRUPTED_KEPT)
		return NULL;
	barrier_var(at); /* the address is not to be reckoned before the check */
	return &thread->interrupted[at];
}

static __always_inline s32 without_x32(s32 number)
{
	return number > 0 ? number & ~X32_BIT : number;
}

static __always_inline bool is_restart(s32 number, u32 kind)
{
	return kind == CALL_COMPAT ? number == NR_COMPAT_RESTART : without_x32(number) == NR_RESTART;
}

/*
 * A call begins while another one is interrupted. It is the same one where nothing lies between them, or
 * where a handler has returned to it, and it is made at the same place. Else a handler runs: may_resume waits
 * for its return.
 */
static __noinline int resume_call(struct task_struct *task, struct thread_calls *thread, struct pt_regs *regs)
{
	struct activity *act = get_activity();
	if (!act || !task || !thread || !regs)
		return 0;
	struct interrupted_call *from = innermost(thread);
	if (from && from->has_failed) {
		end_interrupted(task, thread, -EINTR);
		from = innermost(thread);
	}
	if (!from || !from->may_resume)
		return 0;
	from->may_resume = 0;
	if (BPF_CORE_READ(regs, INSTRUCTION) != from->instruction || BPF_CORE_READ(regs, sp) != from->stack ||
	    thread->kind != from->kind ||
	    (thread->number != from->number && !is_restart(thread->number, from->kind)))
		return 0;
	thread->number = from->number;
	thread->begin = from->begin ? from->begin - act->slept : 0;
	thread->interrupted_used--;
	return 0;
}

/*
 * rt_sigreturn(2) ends: a handler gives the thread back. Where it goes on at the instruction of an
 * interrupted call, the kernel has that begun anew; where it goes on behind it, the call has failed. Calls
 * that lie further in were left by a jump.
 */
static __noinline int return_from_handler(struct task_struct *task, struct thread_calls *thread,
					  struct pt_regs *regs)
{
	if (!task || !thread || !regs)
		return 0;
	u64 instruction = BPF_CORE_READ(regs, INSTRUCTION), stack = BPF_CORE_READ(regs, sp);
	u32 at = INTERRUPTED_KEPT;
	for (u32 i = 0; i < INTERRUPTED_KEPT; i++)
		if (i < thread->interrupted_used && thread->interrupted[i].stack == stack &&
		    instruction - thread->interrupted[i].instruction + CALL_INSTRUCTION <= CALL_INSTRUCTION)
			at = i;
	if (at >= INTERRUPTED_KEPT)
		return 0;
	for (u32 i = 0; i < INTERRUPTED_KEPT; i++)
		if (thread->interrupted_used > at + 1)
			end_interrupted(task, thread, -EINTR);
	if (instruction == thread->interrupted[at].instruction)
		end_interrupted(task, thread, -EINTR);
	else
		thread->interrupted[at].may_resume = 1;
	return 0;
}

static __always_inline bool is_return_from_handler(s32 number, u32 kind)
{
	if (kind == CALL_COMPAT)
		return number == NR_COMPAT_SIGRETURN || number == NR_COMPAT_RT_SIGRETURN;
	return number == NR_RT_SIGRETURN || number == NR_X32_SIGRETURN;
}

/* A new thread or process returns from a call that another one has made. */
static __always_inline bool is_birth(s32 number, u32 kind, s64 result)
{
	if (result)
		return false;
	if (kind == CALL_COMPAT)
		return number == NR_COMPAT_CLONE || number == NR_COMPAT_FORK || number == NR_COMPAT_VFORK ||
		       number == NR_CLONE3;
	number = without_x32(number);
	return number == NR_CLONE || number == NR_FORK || number == NR_VFORK || number == NR_CLONE3;
}

/* The kernel begins it anew, or lets it fail with EINTR: what comes next says which. */
static __always_inline bool may_begin_anew(s64 result)
{
	return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
}

/*
 * A signal has ended it. With EINTR the call has failed already, but whether the program sees that shows only
 * when it goes on: the signal may be its end.
 */
static __always_inline bool is_interrupted(s64 result)
{
	return result == -EINTR || may_begin_anew(result);
}

static __noinline int interrupt_call(struct task_struct *task, struct thread_calls *thread,
				     struct pt_regs *regs, struct ended_call *call)
{
	if (!task || !thread || !regs || !call)
		return 0;
	u64 stack = BPF_CORE_READ(regs, sp);
	struct interrupted_call *last = innermost(thread);
	/* Of the same frame: that one was left by a jump. Or there is no room. */
	if (last && (last->stack == stack || thread->interrupted_used >= INTERRUPTED_KEPT))
		end_interrupted(task, thread, -EINTR);
	u32 at = thread->interrupted_used;
	if (at >= INTERRUPTED_KEPT)
		return 0;
	struct interrupted_call *to = &thread->interrupted[at];
	to->begin = call->begin;
	to->end = call->end;
	to->instruction = BPF_CORE_READ(regs, INSTRUCTION);
	to->stack = stack;
	to->number = call->number;
	to->kind = call->kind;
	to->has_failed = call->result == -EINTR;
	to->may_resume = !to->has_failed;
	thread->interrupted_used = at + 1;
	return 0;
}

/* Where the image has rested in between nothing is known of the thread any more. */
static __always_inline struct thread_calls *calls_of(struct activity *act, struct task_struct *task)
{
	struct thread_calls *thread =
		bpf_task_storage_get(&thread_calls, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!thread) {
		if (task->group_leader)
			lose_thread(task->group_leader);
		return NULL;
	}
	if (thread->epoch != act->syscall_epoch) {
		thread->epoch = act->syscall_epoch;
		thread->is_inside = 0;
		thread->interrupted_used = 0;
	}
	return thread;
}

static __always_inline void syscall_enter(struct activity *act, struct pt_regs *regs, s64 id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_calls *thread = calls_of(act, task);
	if (!thread)
		return;
	thread->number = id;
	thread->kind = is_compat(task) ? CALL_COMPAT : CALL_NATIVE;
	thread->begin = bpf_ktime_get_ns();
	thread->is_inside = 1;
	if (thread->interrupted_used)
		resume_call(task, thread, regs);
}

/* Not static, as above. */
__noinline int widen(struct call_table *table, struct call_row *row, u64 time)
{
	if (!table || !row)
		return 0;
	raise_to(&row->max, time);
	lower_min(&table->record.min, time);
	return 0;
}

/*
 * Nearly every call: of a thread for which nothing has changed since its last one, with a row of its own, and
 * no error. What end_call() would do, without its calls and questions. False where it is another one.
 */
static __always_inline bool end_usual_call(struct activity *act, struct task_struct *task,
					   struct thread_calls *thread, u64 now, s64 result)
{
	u64 begin = thread->begin, since = thread->since;
	u32 number = thread->number;
	if (!since || thread->generation != act->generation || !thread->is_inside || !begin ||
	    begin + act->slept < since || now < begin || is_error(result) || thread->kind != CALL_NATIVE ||
	    number >= NATIVE_NUMBERS || number == NR_RT_SIGRETURN)
		return false;
	struct task_struct *leader = task->group_leader;
	struct call_table *table = leader ? bpf_task_storage_get(&process_calls, leader, 0, 0) : NULL;
	if (!table)
		return false;
	u32 at = table->native[number & (NATIVE_NUMBERS - 1)];
	if (!at || at >= CALL_ROWS)
		return false;
	struct call_row *row = &table->record.rows[at];
	u64 time = now - begin;
	u32 bucket = bucket_of(time);
	count_for_system(act, time, bucket);
	__sync_fetch_and_add(&row->count, 1);
	__sync_fetch_and_add(&row->time, time);
	if (bucket < HISTOGRAM_BUCKETS)
		__sync_fetch_and_add(&table->record.buckets[bucket], 1);
	if (time > row->max || time < table->record.min || !table->record.min)
		widen(table, row, time);
	struct ended_call call = {.number = number,
				  .kind = CALL_NATIVE,
				  .begin = begin + act->slept,
				  .time = time,
				  .result = result};
	keep_call(thread, &call, since);
	thread->is_inside = 0;
	return true;
}

/* Not the way back to user space, but before signals are looked at. */
static __always_inline void syscall_exit(struct activity *act, struct pt_regs *regs, s64 result)
{
	u64 now = bpf_ktime_get_ns();
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_calls *thread = calls_of(act, task);
	if (!thread || end_usual_call(act, task, thread, now, result))
		return;
	struct ended_call call = {.end = boottime_of(act, now), .time = CALL_TIME_UNKNOWN, .result = result};
	if (thread->is_inside) {
		call.number = thread->number;
		call.kind = thread->kind;
		call.begin = boottime_of(act, thread->begin);
		if (call.begin)
			call.time = now > thread->begin ? now - thread->begin : 0;
	} else { /* it had begun before, or seccomp(2) has refused it */
		call.number = regs->SYSCALL_NUMBER;
		call.kind = is_compat(task) ? CALL_COMPAT : CALL_NATIVE;
		if (is_birth(call.number, call.kind, result))
			return;
	}
	thread->is_inside = 0;
	if (is_return_from_handler(call.number, call.kind)) {
		if (thread->interrupted_used)
			return_from_handler(task, thread, regs);
		call.result = 0; /* it is the program's */
	} else if (is_interrupted(result)) {
		interrupt_call(task, thread, regs, &call);
		return;
	}
	end_call(task, thread, &call);
}

static __always_inline void keep_at(struct call_at_death *last, struct task_struct *task, s32 number,
				    u32 kind, u64 time)
{
	last->tid = task->pid;
	last->number = number;
	last->kind = kind;
	last->time = time;
}

/* The process of the thread that exits is dying: it was in that call. */
static __always_inline void keep_call_at_death(struct call_table *table, struct task_struct *task, s32 number,
					       u32 kind, u64 time)
{
	u32 at = 0; /* the first thread's */
	if (task != task->group_leader)
		at = __sync_fetch_and_add(&table->record.deaths, 1) + 1;
	if (at < CALLS_AT_DEATH)
		keep_at(&table->record.at_death[at], task, number, kind, time);
}

/* A thread ends: within a call, but where a signal or a fault has ended it between two. */
static __noinline int syscall_end_thread(struct task_struct *task)
{
	struct activity *act = get_activity();
	struct thread_calls *thread = task ? bpf_task_storage_get(&thread_calls, task, 0, 0) : NULL;
	struct task_struct *leader = task ? task->group_leader : NULL;
	if (!act || !thread || !leader || thread->epoch != act->syscall_epoch)
		return 0;
	u64 now = bpf_ktime_get_ns();
	struct ended_call call = {.end = boottime_of(act, now), .time = CALL_TIME_UNKNOWN};
	struct interrupted_call *last = innermost(thread);
	u64 time = CALL_TIME_UNKNOWN;
	if (thread->is_inside) {
		call.number = thread->number;
		call.kind = thread->kind;
		call.begin = boottime_of(act, thread->begin);
		if (call.begin)
			time = now - thread->begin;
		thread->is_inside = 0;
		end_call(task, thread, &call);
	} else if (last && (last->may_resume || last->has_failed)) { /* else a handler has run since */
		call.number = last->number;
		call.kind = last->kind;
		if (last->begin)
			time = last->end - last->begin;
	}
	for (int i = 0; i < INTERRUPTED_KEPT && thread->interrupted_used; i++)
		end_interrupted(task, thread, 0);
	struct call_table *table = bpf_task_storage_get(&process_calls, leader, 0, 0);
	if (!call.kind)
		return 0;
	if (table && task->signal->flags & SIGNAL_GROUP_EXIT)
		keep_call_at_death(table, task, call.number, call.kind, time);
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	struct call_table *own = target ? bpf_task_storage_get(&target_calls, task, 0, 0) : NULL;
	if (own)
		keep_at(&own->record.at_death[0], task, call.number, call.kind, time);
	return 0;
}

#define TAKE(field) __sync_lock_test_and_set(&(field), 0)

__noinline int fold_row(struct call_table *to, struct call_row *from)
{
	if (!to || !from || !from->kind || !from->count)
		return 0;
	struct call_row *row = &to->record.rows[0];
	if (from->kind == CALL_OTHER)
		row->kind = CALL_OTHER;
	else
		row = row_of(to, from->number, from->kind);
	__sync_fetch_and_add(&row->count, TAKE(from->count));
	__sync_fetch_and_add(&row->untimed, TAKE(from->untimed));
	__sync_fetch_and_add(&row->errors, TAKE(from->errors));
	__sync_fetch_and_add(&row->time, TAKE(from->time));
	raise_max(&row->max, from->max);
	return 0;
}

/* Moves what has been counted: each figure at once, as histogram_fold() does. */
__noinline int fold_calls(struct call_table *to, struct call_table *from)
{
	if (!to || !from)
		return 0;
	for (u32 i = 0; i < CALL_ROWS && i <= from->record.rows_used; i++)
		fold_row(to, &from->record.rows[i]);
	for (u32 i = 0; i < CALL_ERRORS; i++) {
		struct call_error *error = &from->record.errors[i];
		count_errors(to, error->number, error->kind, error->error, TAKE(error->count));
	}
	__sync_fetch_and_add(&to->record.other_errors, TAKE(from->record.other_errors));
	for (u32 i = 0; i < HISTOGRAM_BUCKETS; i++)
		__sync_fetch_and_add(&to->record.buckets[i], TAKE(from->record.buckets[i]));
	if (from->record.min)
		lower_min(&to->record.min, from->record.min);
	return 0;
}

/* From a task that is not the leader any more, or never has become it, or is about to be replaced. */
static __noinline int syscall_hand_over(struct task_struct *from, struct task_struct *to)
{
	if (!from || !to || from == to)
		return 0;
	struct call_table *old = bpf_task_storage_get(&process_calls, from, 0, 0);
	struct call_table *heir = old ? bpf_task_storage_get(&process_calls, to, 0, 0) : NULL;
	if (heir)
		fold_calls(heir, old);
	return 0;
}

/* Returns how many bytes of the record there are to be told. */
static __always_inline u64 complete_calls(struct calls_record *record, struct task_struct *task, s32 tid,
					  u64 since)
{
	u64 rows = record->rows_used + 1;
	record->tgid = task->tgid;
	record->tid = tid;
	record->start_id = task->start_boottime;
	record->since = since;
	return __builtin_offsetof(struct calls_record, rows) +
	       (rows < CALL_ROWS ? rows : CALL_ROWS) * sizeof(struct call_row);
}

/* Which call a thread is in. Of one that began before anybody looked, the kernel's own registers tell. */
static __always_inline void find_call(struct sequence_record *record, struct activity *act,
				      struct task_struct *task, struct thread_calls *thread)
{
	if (thread && thread->epoch == act->syscall_epoch) {
		struct interrupted_call *last = innermost(thread);
		if (thread->is_inside) {
			record->number = thread->number;
			record->kind = thread->kind;
			record->begin = boottime_of(act, thread->begin);
		} else if (last && last->may_resume) {
			record->number = last->number;
			record->kind = last->kind;
			record->begin = last->begin;
		}
		return;
	}
	/* It runs, has no user space, or is the kernel's own with the registers of who has made it. */
	if (!task->__state || !task->mm || task->flags & (PF_IO_WORKER | PF_USER_WORKER))
		return;
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	s32 number = BPF_CORE_READ(regs, SYSCALL_NUMBER);
	if (number < 0) /* a fault, or an interrupt */
		return;
	record->number = number;
	record->kind = is_compat(task) ? CALL_COMPAT : CALL_NATIVE;
}

#endif
