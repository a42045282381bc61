/* SPDX-License-Identifier: GPL-2.0 */
/* System calls that a signal interrupts: only what comes next says whether they go on or have failed. */
#ifndef PROC_IMAGE_INTERRUPTED_CALL_H
#define PROC_IMAGE_INTERRUPTED_CALL_H

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

#endif
