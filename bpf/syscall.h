/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The syscall image: what a life asks of the kernel, how long that takes, and in which order. A call counts
 * when it ends, or when its thread does within it, so that whenever the image is switched on and off each
 * call is counted once.
 */
#ifndef PROC_IMAGE_SYSCALL_H
#define PROC_IMAGE_SYSCALL_H

#define LEAST_SLEEP 100000000 /* ns: no machine sleeps for less */

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

/* Where the image has rested in between nothing is known of the thread any more. */
static __always_inline struct thread_calls *calls_of(struct activity *act, struct task_struct *task)
{
	struct thread_calls *thread = make_storage(&thread_calls, task);
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

/* Since 7.2 the kernel may leave sys_exit out: of the last call it is known that it has ended, no more. */
static __noinline int end_unseen_call(struct task_struct *task, struct thread_calls *thread)
{
	struct activity *act = get_activity();
	if (!act || !task || !thread)
		return 0;
	struct ended_call call = {.number = thread->number,
				  .kind = thread->kind,
				  .begin = boottime_of(act, thread->begin),
				  .end = bpf_ktime_get_boot_ns(),
				  .time = CALL_TIME_UNKNOWN};
	thread->is_inside = 0;
	end_call(task, thread, &call);
	return 0;
}

static __always_inline void syscall_enter(struct activity *act, struct pt_regs *regs, s64 id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_calls *thread = calls_of(act, task);
	if (!thread)
		return;
	if (thread->is_inside)
		end_unseen_call(task, thread);
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
