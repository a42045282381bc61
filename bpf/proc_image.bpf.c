/* SPDX-License-Identifier: GPL-2.0 */
/* The hooks and the iterators of ProcImage. One program per kernel hook; an image is a set of functions it
 * calls. */
#include "kernel.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "abi.h"
#include "maps.h"

char LICENSE[] SEC("license") = "GPL";

#include "heir.h"
#include "comm.h"
#include "histogram.h"
#include "policy.h"
#include "resource.h"
#include "keytime.h"
#include "return_address.h"
#include "blocked.h"
#include "run_queue.h"
#include "slice.h"
#include "waker.h"
#include "ledger.h"
#include "call_table.h"
#include "ended_call.h"
#include "interrupted_call.h"
#include "syscall.h"
#include "futex.h"
#include "lock_stats.h"
#include "lock.h"
#include "lock_use.h"
#include "lock_calls.h"
#include "naming.h"
#include "schedule.h"
#include "record.h"
#include "fold.h"
#include "death.h"
#include "reading.h"

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next, u32 prev_state)
{
	struct activity *act = get_activity();
	if (!act || !(act->active[IMAGE_SCHEDULE] | act->active[IMAGE_LEDGER]))
		return 0;
	struct task_image *image = next->pid ? bpf_task_storage_get(&images, next, 0, 0) : NULL; /* 0: idle */
	u64 run_delay = delay_at_arrival(next);
	if (act->active[IMAGE_SCHEDULE])
		schedule_switch(act, prev, next, image, run_delay);
	if (act->active[IMAGE_LEDGER])
		ledger_switch(ctx, act, preempt, prev, next, image, run_delay, prev_state);
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long id)
{
	struct activity *act = get_activity();
	if (!act)
		return 0;
	if (act->active[IMAGE_SYSCALL])
		syscall_enter(act, regs, id);
	if (act->active[IMAGE_LOCK])
		lock_enter(regs, id);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long result)
{
	struct activity *act = get_activity();
	if (!act)
		return 0;
	if (act->active[IMAGE_SYSCALL])
		syscall_exit(act, regs, result);
	if (act->active[IMAGE_LOCK])
		lock_exit(regs, result);
	return 0;
}

/* Probes in a target, at the functions of its C library that take locks and give them back. */
SEC("uprobe")
int lock_call(struct pt_regs *ctx)
{
	return lock_called(bpf_get_attach_cookie(ctx), FIRST_ARGUMENT(ctx), SECOND_ARGUMENT(ctx),
			   ctx->sp + RETURN_ADDRESS);
}

SEC("uprobe")
int lock_return(struct pt_regs *ctx)
{
	return lock_returned(bpf_get_attach_cookie(ctx), RESULT(ctx), ctx->sp);
}

/* Attached while slices are told. */
SEC("tp_btf/sched_waking")
int BPF_PROG(sched_waking, struct task_struct *task)
{
	struct activity *act = get_activity();
	if (!act || !act->active[IMAGE_LEDGER])
		return 0;
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	if (image)
		note_waker(act, image);
	return 0;
}

/*
 * The child is not yet awake: nothing of its life is missed. sched_process_fork is not enough: the kernel
 * makes some threads of a process itself (io_uring, vhost) and does not call it for them.
 */
SEC("tp_btf/task_newtask")
int BPF_PROG(task_newtask, struct task_struct *child, u64 clone_flags)
{
	struct activity *act = get_activity();
	if (!act || !act->policies || !child->pid) /* the idle task of a new CPU has pid 0 */
		return 0;
	name_task(child, bpf_ktime_get_boot_ns(), slot_of_ancestor(act, child));
	if (act->active[IMAGE_KEYTIME])
		keytime_newtask(act, child, clone_flags);
	return 0;
}

/*
 * Another program file may be one of the tool's own: what was counted for the shell that started it is
 * nobody's. A thread that is not the leader takes the leader's pid: a policy for its old tid has lost its
 * target.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(sched_process_exec, struct task_struct *task, s32 old_pid, struct linux_binprm *bprm)
{
	struct activity *act = get_activity();
	if (!act || !act->policies)
		return 0;
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	u32 slot = image ? image->policies[NAMED_BY_THREAD] : 0;
	if (slot && old_pid != task->pid) {
		lose_target(act, slot);
		bpf_task_storage_delete(&target_images, task);
		bpf_task_storage_delete(&target_calls, task);
	}
	name_task(task, bpf_ktime_get_boot_ns(), 0);
	syscall_forget_names(task);
	image = bpf_task_storage_get(&images, task, 0, 0);
	if (!image)
		return 0;
	keytime_exec(act, task, image, old_pid, bprm);
	if (old_pid != task->pid && syscall_counts(act, image))
		table_of_process(task); /* of the old leader's, some may yet come when that is freed */
	clear_slot(act->ended, image->policies[NAMED_BY_THREAD]);
	if (!image->named && image->kept && is_own(act, task)) {
		image->kept = image->images = 0;
		tell_excepted(task);
	}
	return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(task_rename, struct task_struct *task, const char *name)
{
	struct activity *act = get_activity();
	if (act && act->active[IMAGE_KEYTIME])
		keytime_rename(act, task, name);
	return 0;
}

/* The signal is queued by now; still under the siglock of the task. */
SEC("tp_btf/signal_generate")
int BPF_PROG(signal_generate, int sig, struct kernel_siginfo *info, struct task_struct *task, int group,
	     int result)
{
	struct activity *act = get_activity();
	if (act && act->active[IMAGE_KEYTIME])
		keytime_signal(sig, info, task, result);
	return 0;
}

/* Since 6.8 it is given the task. Before, no more than its pid: then this is left out. */
SEC("tp_btf/mark_victim")
int BPF_PROG(mark_victim, struct task_struct *task)
{
	struct activity *act = get_activity();
	if (act && act->active[IMAGE_KEYTIME])
		keytime_victim(act, task);
	return 0;
}

/*
 * The thread is about to take the place of its leader, which may have exited long ago, as its own heir.
 * Before 6.10 there is no such hook: then the delays of that leader are back when it is freed.
 */
SEC("tp_btf/sched_prepare_exec")
int BPF_PROG(sched_prepare_exec, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;
	if (!leader || leader == task)
		return 0;
	struct task_image *to = bpf_task_storage_get(&images, task, 0, 0);
	struct task_image *image = bpf_task_storage_get(&images, leader, 0, 0);
	struct activity *act = get_activity();
	if (act && image && syscall_counts(act, image) && table_of_process(task))
		syscall_hand_over(leader, task);
	if (to && image && image->was_leader && !image->folded)
		fold_into(to, image);
	return 0;
}

/*
 * Runs for each thread. The process is dead when no thread is left to exit; two threads can both see that,
 * and the first one notes the time. In 6.16 and later exit_mm() is yet to come: the memory is as it was in
 * life. What is told here stands until the final record comes: nearly everything, and how it ended.
 */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(sched_process_exit, struct task_struct *task)
{
	struct activity *act = get_activity();
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	struct task_struct *leader = task->group_leader;
	if (!act || !image || !leader)
		return 0;
	u64 now = bpf_ktime_get_boot_ns();
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	ledger_exit(task, image, now);
	if (act->active[IMAGE_SYSCALL])
		syscall_end_thread(task);
	if (act->active[IMAGE_LOCK]) {
		lock_end_thread(task);
		lock_end_leader(task);
	}
	if (target) {
		ledger_exit_target(act, task, image, target, now);
		target->exit_time = now;
		end_soon(act, image->policies[NAMED_BY_THREAD]);
		tell_target_calls(task, target);
		tell_target_locks(task, target);
		if (target->kept)
			tell_dead_target(RECORD_TARGET, act, leader, task, image, target);
	}
	image->was_leader = leader == task;
	fold_into_heir(task, image);
	struct task_image *process = bpf_task_storage_get(&images, leader, 0, 0);
	if (task->signal->live.counter || !process ||
	    __sync_val_compare_and_swap(&process->exit_time, 0, now)) {
		keytime_exit(act, task, image);
		return 0;
	}
	end_soon(act, process->policies[NAMED_BY_PROCESS]);
	if (task->mm)
		read_memory(&process->memory, task->mm);
	tell_process_calls(leader, process);
	tell_process_locks(leader, process);
	if (process->kept)
		tell_dead(RECORD_DEATH, act, leader, process, task);
	return 0;
}

/*
 * The task is released and reaped: signal_struct has the books of every thread, to what wait4() has reported.
 * The leader goes last. An exec from another thread gives that thread the leader's pid, and the old leader
 * another.
 */
SEC("tp_btf/sched_process_free")
int BPF_PROG(sched_process_free, struct task_struct *task)
{
	struct activity *act = get_activity();
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	if (!act || !image)
		return 0;
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	bool is_replaced = image->was_leader && task->pid != task->tgid;
	if (target && !is_replaced) { /* else the policy goes on with the thread that has its tid now */
		if (target->kept)
			tell_dead_target(RECORD_FINAL_TARGET, act, task->pid == task->tgid ? task : NULL,
					 task, image, target);
		forget_locks(task, task->pid);
		end_policy_of(act, image->policies[NAMED_BY_THREAD], task->pid, task->start_boottime);
	}
	if (task->pid != task->tgid) {
		fold_rest(task, image);
		follow(act, image, image->followed, 0);
		return 0;
	}
	if (!image->exit_time)
		image->exit_time = bpf_ktime_get_boot_ns();
	tell_process_calls(task, image);
	tell_process_locks(task, image);
	forget_locks(task, 0);
	if (image->kept)
		tell_dead(RECORD_FINAL_PROCESS, act, task, image, NULL);
	end_policy_of(act, image->policies[NAMED_BY_PROCESS], task->tgid, task->start_boottime);
	follow(act, image, image->followed, 0);
	return 0;
}

/* Reading this to its end puts the policies that user space has written into force. It prints nothing. */
SEC("iter/task")
int apply(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	if (!task) {
		struct activity *act = get_activity();
		if (act) {
			act->schedule_ready = act->schedule_epoch;
			__sync_fetch_and_add(&act->generation, 1); /* every task has its names */
		}
		bpf_loop(MAX_POLICIES, settle_policy, NULL, 0);
		return 0;
	}
	struct activity *act = get_activity();
	if (!act)
		return 0;
	if (!ctx->meta->seq_num) {
		struct control *ctl = get_control();
		act->applied_at = bpf_ktime_get_boot_ns();
		learn_sleep(act);
		if (ctl) {
			learn_caller(act, ctl->caller);
			/* Already: whoever walks may be killed, and the loader waits for the policy lock. */
			if (!ctl->sweep)
				tell_policies(RECORD_POLICIES, 0, 0);
		}
		bpf_loop(MAX_POLICIES, apply_policy, NULL, 0);
		__sync_fetch_and_add(&act->generation, 1);
	}
	name_task(task, act->applied_at, 0);
	return 0;
}

/*
 * Every imaged process and thread, as records. The process record, with what its gone threads have left,
 * comes before the first of its threads: so a thread that exits during the reading may be missing from a sum,
 * never twice in it. When the buffer is full, the kernel drops what this call has written and calls it again
 * for the same task.
 */
SEC("iter/task")
int portraits(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task, *leader = task ? task->group_leader : NULL;
	struct activity *act = get_activity();
	if (!task || !leader || !act)
		return 0;
	if (!ctx->meta->seq_num)
		learn_sleep(act);
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	if (!image)
		return 0;
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	if (target && target->kept) {
		int parts = write_target(ctx, image, target);
		if (parts < 0 || !write_parts(ctx, parts, image, target) ||
		    !write_target_calls(ctx, target) || !write_target_locks(ctx, target))
			return 0;
	}
	struct task_image *process = bpf_task_storage_get(&images, leader, 0, 0);
	if (!process || !(process->kept | image->kept) || is_excepted(act, task, process->policies))
		return 0;
	u32 reader = act->loader_tgid == bpf_get_current_pid_tgid() >> 32 ? CALLER_LOADER : CALLER_CONTROLLER;
	u64 written = process->sessions[reader];
	if (written != ctx->meta->session_id) {
		int parts = write_process(ctx, process);
		if (parts < 0 || (parts & PART_CAUSE && !write_cause(ctx)) ||
		    !write_process_calls(ctx, process) || !write_process_locks(ctx, process))
			return 0;
		process->sessions[reader] = ctx->meta->session_id;
	}
	int parts = write_thread(ctx, image);
	if (parts < 0 || !write_parts(ctx, parts, image, NULL))
		process->sessions[reader] = written;
	return 0;
}

/* The latest system calls of each thread whose calls count, and the one that it is in. */
SEC("iter/task")
int sequences(struct bpf_iter__task *ctx)
{
	write_sequence(ctx);
	return 0;
}

/* Each thread whose waits count and that waits for a lock now. */
SEC("iter/task")
int waits(struct bpf_iter__task *ctx)
{
	write_wait(ctx);
	return 0;
}

/* For people: cat iters/text. A row a thread; gone: what threads of the process that are gone have waited. */
SEC("iter/task")
int text(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct seq_file *seq = ctx->meta->seq;
	if (!task)
		return 0;
	if (!ctx->meta->seq_num)
		BPF_SEQ_PRINTF(seq,
			       "   TGID     TID COMM             CPU_NS          SWITCHES   READ_CHARS   "
			       "WRITE_CHARS  DELAY_NS        GONE_NS\n");
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	if (!image || !image->named)
		return 0;
	char comm[COMM_SIZE] = {};
	read_comm(comm, task);
	mask_controls(comm);
	u64 delay = image->schedule.sum;
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	if (target && !image->images)
		delay = target->schedule.sum;
	BPF_SEQ_PRINTF(seq, "%7d %7d %-16s %-15llu %-10lu %-12llu %-12llu %-15llu %llu\n", task->tgid,
		       task->pid, comm, task->se.sum_exec_runtime, task->nvcsw + task->nivcsw,
		       task->ioac.rchar, task->ioac.wchar, delay, image->schedule_gone.sum);
	return 0;
}

/*
 * iter/task does not visit the idle tasks. That of the CPU that this runs on is found from the task that
 * reads: who reads stays on that CPU meanwhile.
 */
SEC("iter/task")
int idle(struct bpf_iter__task *ctx)
{
	struct idle_record record = {};
	if (ctx->meta->seq_num || !ctx->task)
		return 0;
	struct task_struct *task = bpf_get_current_task_btf()->se.cfs_rq->rq->idle;
	record.header.type = RECORD_IDLE;
	record.header.size = sizeof(record);
	record.cpu = task->thread_info.cpu;
	record.voluntary_switches = task->nvcsw;
	record.involuntary_switches = task->nivcsw;
	read_comm(record.comm, task);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
