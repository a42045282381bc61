/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The syscall image: what a life asks of the kernel, how long that takes, and in which order. A call counts
 * when it ends, or when its thread does within it, so that whenever the image is switched on and off each
 * call is counted once.
 */
#ifndef PROC_IMAGE_SYSCALL_H
#define PROC_IMAGE_SYSCALL_H

#define FOREIGN_PROBES 8

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

/* These two are not static: so the verifier goes through their loops once. min: 0 means that there is none yet. */
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
	u64 time;  /* ns, or CALL_TIME_UNKNOWN */
	s64 result;
};

/* Not static, likewise. */
__noinline int count_call(struct call_table *table, struct ended_call *call)
{
	if (!table || !call)
		return 0;
	struct call_row *row = row_of(table, call->number, call->kind);
	__sync_fetch_and_add(&row->count, 1);
	if (is_error(call->result)) {
		__sync_fetch_and_add(&row->errors, 1);
		count_errors(table, call->number, call->kind, -call->result, 1);
	}
	if (call->time == CALL_TIME_UNKNOWN)
		return 0;
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
static __always_inline void count_for_system(struct activity *act, u64 time)
{
	u32 zero = 0, bucket = bucket_of(time);
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
	*(volatile u64 *)&thread->kept.begun = thread->kept.begun + 1;
	struct call *call = &thread->kept.calls[at];
	call->number = ended->number;
	call->kind = ended->kind;
	call->begin = ended->begin;
	call->time = ended->time;
	call->result = ended->result;
	*(volatile u64 *)&thread->told = thread->told + 1;
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

/* For its process, and for itself where the thread is a target. */
static __always_inline void end_call(struct activity *act, struct task_struct *task,
				     struct thread_calls *thread, struct ended_call *call)
{
	u64 since = 0;
	struct task_struct *leader = task->group_leader;
	if (call->time != CALL_TIME_UNKNOWN)
		count_for_system(act, call->time);
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	if (!image || !image->named || !leader)
		return;
	if (syscall_counts(act, image)) {
		struct call_table *table = table_of_process(leader);
		if (table)
			count_call(table, call);
		else
			lose_thread(leader);
		since = image->syscall_since;
	}
	if (test_slot(act->collect[IMAGE_SYSCALL], image->policies[NAMED_BY_THREAD])) {
		struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
		struct call_table *table = NULL;
		if (target && target->images & 1 << IMAGE_SYSCALL) {
			table = bpf_task_storage_get(&target_calls, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
			if (!since)
				since = target->syscall_since;
		}
		if (table)
			count_call(table, call);
		else if (target) {
			target->incomplete = 1;
			lose(LOSS_STORAGE);
		}
	}
	if (since)
		keep_call(thread, call, since);
}

/* The interrupted call has failed with EINTR, or its thread has left it for good. */
static __noinline int end_interrupted(struct task_struct *task, struct thread_calls *thread, s64 result)
{
	struct activity *act = get_activity();
	if (!act || !task || !thread)
		return 0;
	struct interrupted_call *from = &thread->interrupted;
	struct ended_call call = {
		.number = from->number,
		.kind = from->kind,
		.begin = from->begin,
		.time = from->begin ? from->end - from->begin : CALL_TIME_UNKNOWN,
		.result = result,
	};
	from->kind = CALL_NONE;
	end_call(act, task, thread, &call);
	return 0;
}

static __always_inline bool is_restart(s32 number, u32 kind)
{
	return kind == CALL_COMPAT ? number == NR_COMPAT_RESTART : number == NR_RESTART;
}

/*
 * A call begins while another one is interrupted. It is the same one where nothing lies between them, or
 * where a handler has returned to it, and it is made at the same place. Else a handler runs: may_resume waits
 * for its return.
 */
static __noinline int resume_call(struct thread_calls *thread, struct pt_regs *regs)
{
	if (!thread || !regs)
		return 0;
	struct interrupted_call *from = &thread->interrupted;
	bool may_resume = from->may_resume;
	from->may_resume = 0;
	if (!may_resume || BPF_CORE_READ(regs, INSTRUCTION) != from->instruction ||
	    BPF_CORE_READ(regs, sp) != from->stack || thread->kind != from->kind ||
	    (thread->number != from->number && !is_restart(thread->number, from->kind)))
		return 0;
	thread->number = from->number;
	thread->begin = from->begin;
	from->kind = CALL_NONE;
	return 0;
}

/*
 * rt_sigreturn(2) ends: a handler gives the thread back. Where it goes on at the instruction of the
 * interrupted call, the kernel has it begun anew; where it goes on behind it, the call has failed.
 */
static __noinline int return_from_handler(struct task_struct *task, struct thread_calls *thread,
					  struct pt_regs *regs)
{
	if (!task || !thread || !regs)
		return 0;
	struct interrupted_call *from = &thread->interrupted;
	u64 instruction = BPF_CORE_READ(regs, INSTRUCTION);
	if (BPF_CORE_READ(regs, sp) != from->stack)
		return 0;
	if (instruction == from->instruction - CALL_INSTRUCTION)
		from->may_resume = 1;
	else if (instruction == from->instruction)
		end_interrupted(task, thread, -EINTR);
	return 0;
}

static __always_inline bool is_return_from_handler(s32 number, u32 kind)
{
	return kind == CALL_COMPAT ? number == NR_COMPAT_SIGRETURN || number == NR_COMPAT_RT_SIGRETURN
				   : number == NR_RT_SIGRETURN;
}

/* A new thread or process returns from a call that another one has made. */
static __always_inline bool is_birth(s32 number, u32 kind, s64 result)
{
	if (result)
		return false;
	if (kind == CALL_COMPAT)
		return number == NR_COMPAT_CLONE || number == NR_COMPAT_FORK || number == NR_COMPAT_VFORK ||
		       number == NR_CLONE3;
	return number == NR_CLONE || number == NR_FORK || number == NR_VFORK || number == NR_CLONE3;
}

static __always_inline bool is_interrupted(s64 result)
{
	return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
}

static __always_inline struct thread_calls *calls_of(struct task_struct *task)
{
	struct thread_calls *thread =
		bpf_task_storage_get(&thread_calls, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!thread && task->group_leader)
		lose_thread(task->group_leader);
	return thread;
}

/* Of a call whose beginning has been seen. */
static __always_inline bool is_inside(struct activity *act, struct thread_calls *thread)
{
	return thread->is_inside && thread->epoch == act->syscall_epoch;
}

static __always_inline void syscall_enter(struct activity *act, struct pt_regs *regs, s64 id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_calls *thread = calls_of(task);
	if (!thread)
		return;
	thread->number = id;
	thread->kind = is_compat(task) ? CALL_COMPAT : CALL_NATIVE;
	thread->begin = bpf_ktime_get_boot_ns();
	thread->epoch = act->syscall_epoch;
	thread->is_inside = 1;
	if (thread->interrupted.kind)
		resume_call(thread, regs);
}

/* Not the way back to user space, but before signals are looked at. */
static __always_inline void syscall_exit(struct activity *act, struct pt_regs *regs, s64 result)
{
	u64 now = bpf_ktime_get_boot_ns();
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_calls *thread = calls_of(task);
	if (!thread)
		return;
	struct ended_call call = {.time = CALL_TIME_UNKNOWN, .result = result};
	if (is_inside(act, thread)) {
		call.number = thread->number;
		call.kind = thread->kind;
		call.begin = thread->begin;
		if (call.begin)
			call.time = now - call.begin;
	} else { /* it had begun before, or seccomp(2) has refused it */
		call.number = regs->SYSCALL_NUMBER;
		call.kind = is_compat(task) ? CALL_COMPAT : CALL_NATIVE;
		if (is_birth(call.number, call.kind, result))
			return;
		thread->number = call.number;
		thread->kind = call.kind;
		thread->begin = 0;
	}
	thread->is_inside = 0;
	struct interrupted_call *interrupted = &thread->interrupted;
	if (is_interrupted(result)) {
		if (interrupted->kind) /* in the handler of another one */
			end_interrupted(task, thread, -EINTR);
		interrupted->begin = call.begin;
		interrupted->end = now;
		interrupted->instruction = regs->INSTRUCTION;
		interrupted->stack = regs->sp;
		interrupted->number = call.number;
		interrupted->kind = call.kind;
		interrupted->may_resume = 1;
		return;
	}
	if (is_return_from_handler(call.number, call.kind)) {
		if (interrupted->kind)
			return_from_handler(task, thread, regs);
		call.result = 0; /* it is the program's */
	}
	end_call(act, task, thread, &call);
}

/* The process of the thread that exits is dying: it was in that call. */
static __always_inline void keep_call_at_death(struct call_table *table, struct task_struct *task, s32 number,
					       u32 kind, u64 time)
{
	u32 at = 0; /* the first thread's */
	if (task != task->group_leader)
		at = __sync_fetch_and_add(&table->record.deaths, 1) + 1;
	if (at >= CALLS_AT_DEATH)
		return;
	struct call_at_death *last = &table->record.at_death[at];
	last->tid = task->pid;
	last->number = number;
	last->kind = kind;
	last->time = time;
}

/* A thread ends: within a call, but where a signal or a fault has ended it between two. */
static __noinline int syscall_end_thread(struct task_struct *task)
{
	struct activity *act = get_activity();
	struct thread_calls *thread = task ? bpf_task_storage_get(&thread_calls, task, 0, 0) : NULL;
	struct task_struct *leader = task ? task->group_leader : NULL;
	if (!act || !thread || !leader)
		return 0;
	struct ended_call call = {.time = CALL_TIME_UNKNOWN};
	u64 time = CALL_TIME_UNKNOWN;
	if (is_inside(act, thread)) {
		call.number = thread->number;
		call.kind = thread->kind;
		call.begin = thread->begin;
		time = bpf_ktime_get_boot_ns() - call.begin;
		thread->is_inside = 0;
		end_call(act, task, thread, &call);
	} else if (thread->interrupted.kind) {
		bool is_last = thread->interrupted.may_resume;
		call.number = thread->interrupted.number;
		call.kind = thread->interrupted.kind;
		if (thread->interrupted.begin)
			time = thread->interrupted.end - thread->interrupted.begin;
		end_interrupted(task, thread, 0);
		if (!is_last) /* a handler has run since */
			return 0;
	}
	if (!call.kind)
		return 0;
	struct call_table *table = bpf_task_storage_get(&process_calls, leader, 0, 0);
	if (table && task->signal->flags & SIGNAL_GROUP_EXIT)
		keep_call_at_death(table, task, call.number, call.kind, time);
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	struct call_table *own = target ? bpf_task_storage_get(&target_calls, task, 0, 0) : NULL;
	if (own) {
		own->record.at_death[0].tid = task->pid;
		own->record.at_death[0].number = call.number;
		own->record.at_death[0].kind = call.kind;
		own->record.at_death[0].time = time;
	}
	if (table)
		table->is_told = 0;
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
	to->is_told = 0;
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
static __always_inline u32 complete_calls(struct calls_record *record, struct task_struct *task, s32 tid,
					  u64 since)
{
	u32 rows = record->rows_used + 1;
	if (rows > CALL_ROWS)
		rows = CALL_ROWS;
	record->header.type = RECORD_CALLS;
	record->header.flags = 0;
	record->header.size = __builtin_offsetof(struct calls_record, rows) + rows * sizeof(struct call_row);
	record->tgid = task->tgid;
	record->tid = tid;
	record->start_id = task->start_boottime;
	record->since = since;
	return record->header.size;
}

/* Which call a thread is in. Of one that began before anybody looked, the kernel's own registers tell. */
static __always_inline void find_call(struct sequence_record *record, struct activity *act,
				      struct task_struct *task, struct thread_calls *thread)
{
	if (thread &&
	    (is_inside(act, thread) || (thread->interrupted.kind && thread->interrupted.may_resume))) {
		record->number = thread->number;
		record->kind = thread->kind;
		record->begin = thread->begin;
		return;
	}
	if (!task->__state || !task->mm) /* it runs, or has no user space */
		return;
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	s32 number = BPF_CORE_READ(regs, SYSCALL_NUMBER);
	if (number < 0) /* a fault, or an interrupt */
		return;
	record->number = number;
	record->kind = is_compat(task) ? CALL_COMPAT : CALL_NATIVE;
}

#endif
