/* SPDX-License-Identifier: GPL-2.0 */
/* What user space is told of a process and of a thread. */
#ifndef PROC_IMAGE_RECORD_H
#define PROC_IMAGE_RECORD_H

#define HAS_SCHEDULE(mask) ((mask)&1 << IMAGE_SCHEDULE)
#define HAS_KEYTIME(mask)  ((mask)&1 << IMAGE_KEYTIME)
#define HAS_LEDGER(mask)   ((mask)&1 << IMAGE_LEDGER)
#define HAS_SYSCALL(mask)  ((mask)&1 << IMAGE_SYSCALL)
#define HAS_LOCK(mask)	   ((mask)&1 << IMAGE_LOCK)

/* The parts that belong to images that have counted. */
static __always_inline u32 parts_of(u32 kept)
{
	return (HAS_SCHEDULE(kept) ? PART_SCHEDULE : 0) | (HAS_KEYTIME(kept) ? PART_KEYTIME : 0);
}

/* As wait(2) reports it, from the leader. */
static __always_inline s32 exit_code_of(struct task_struct *leader)
{
	struct signal_struct *signal = leader->signal;
	return signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code : leader->exit_code;
}

static __always_inline void fill_process(struct process_record *record, u32 type, struct activity *act,
					 struct task_struct *leader, struct task_image *image)
{
	struct signal_struct *signal = leader->signal;
	struct task_struct *parent = leader->real_parent;

	__builtin_memset(record, 0, sizeof(*record));
	record->header.type = type;
	record->header.flags = RECORD_LEADER;
	record->header.size = sizeof(*record);
	if (BPF_CORE_READ(signal, group_exec_task))
		record->header.flags |= RECORD_IN_EXEC;
	if (image->policies[NAMED_BY_PROCESS] || image->policies[NAMED_BY_ANCESTOR])
		record->header.flags |= RECORD_NAMED;
	if (slices_of_process(act, image))
		record->header.flags |= RECORD_SLICES;
	if (image->incomplete)
		record->header.flags |= RECORD_INCOMPLETE;
	record->tgid = leader->tgid;
	record->parent = parent ? parent->tgid : 0;
	record->start_id = leader->start_boottime;
	record->images = image->images & images_for_process(act, image);
	record->kept = image->kept;
	record->threads = signal->nr_threads;
	record->schedule_since = image->schedule_since;
	record->keytime_since = image->keytime_since;
	record->ledger_since = HAS_LEDGER(image->kept) ? image->ledger_since : 0;
	record->syscall_since = image->syscall_since;
	record->lock_since = image->lock_since;
	record->slices_lost = image->keytime.slices_lost;
	record->shown_user = signal->prev_cputime.utime;
	record->shown_system = signal->prev_cputime.stime;
	for (int i = 0; i < NAMES; i++)
		record->policies[i] = image->policies[i];
	read_comm(record->comm, leader);
	read_usage_of_gone(&record->gone, signal);

	if (!signal->live.counter) {
		record->header.flags |= RECORD_DEAD;
		if (BPF_CORE_READ(signal, oom_mm))
			record->header.flags |= RECORD_OOM;
		record->exit_time = image->exit_time;
		record->exit_code = exit_code_of(leader);
		record->memory = image->memory;
	} else if (leader->mm) { /* a kernel thread has none */
		read_memory(&record->memory, leader->mm);
	}
	if (signal->maxrss > record->memory.peak) /* of memory that an exec or the exit has dropped */
		record->memory.peak = signal->maxrss;
}

static __always_inline void fill_thread(struct thread_record *record, u32 type, struct task_struct *task,
					struct task_image *image)
{
	struct task_struct *leader = task->group_leader;

	__builtin_memset(record, 0, sizeof(*record));
	record->header.type = type;
	record->header.size = sizeof(*record);
	if (task->pid == task->tgid)
		record->header.flags |= RECORD_LEADER;
	if (BPF_CORE_READ(task, signal, group_exec_task))
		record->header.flags |= RECORD_IN_EXEC;
	record->tgid = task->tgid;
	record->tid = task->pid;
	record->start_id = task->start_boottime;
	if (leader)
		record->leader_start_id = leader->start_boottime;
	record->priority = task->prio - MAX_RT_PRIO;
	record->cpu = task->thread_info.cpu;
	record->slices_lost = image->keytime.slices_lost;
	for (int i = 0; i < NAMES; i++)
		record->policies[i] = image->policies[i];
	read_comm(record->comm, task);
	add_usage(&record->usage, task);
}

static __always_inline void fill_target(struct thread_record *record, u32 type, struct activity *act,
					struct task_struct *task, struct task_image *image,
					struct target_image *target)
{
	fill_thread(record, type, task, image);
	record->header.flags |= RECORD_NAMED | RECORD_SLICES;
	record->images = target->images & images_for_thread(act, image);
	record->kept = target->kept;
	record->schedule_since = target->schedule_since;
	record->keytime_since = target->keytime_since;
	record->ledger_since = HAS_LEDGER(target->kept) ? target->ledger_since : 0;
	record->syscall_since = target->syscall_since;
	record->lock_since = target->lock_since;
	record->slices_lost = target->keytime.slices_lost;
	if (target->incomplete)
		record->header.flags |= RECORD_INCOMPLETE;
	if (target->exit_time) {
		record->header.flags |= RECORD_DEAD;
		record->exit_time = target->exit_time;
		record->exit_code = task->exit_code;
	}
}

#endif
