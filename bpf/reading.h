/* SPDX-License-Identifier: GPL-2.0 */
/* What the portraits iterator writes of a process and of a thread, with the parts that follow it. */
#ifndef PROC_IMAGE_READING_H
#define PROC_IMAGE_READING_H

static __always_inline u32 size_of(u32 parts)
{
	return (parts & PART_SCHEDULE ? sizeof(struct histogram) : 0) +
	       (parts & PART_KEYTIME ? sizeof(struct keytime_stats) : 0);
}

static __always_inline bool write(struct bpf_iter__task *ctx, void *what, u32 size)
{
	return !bpf_seq_write(ctx->meta->seq, what, size);
}

/* The parts of a record, the times brought up to now. Each in a frame of its own: the stack has 512 bytes. */
static __noinline int write_parts(struct bpf_iter__task *ctx, u32 parts, struct task_image *image,
				  struct target_image *target)
{
	struct activity *act = get_activity();
	struct task_struct *task = ctx->task;
	if (!act || !task || !image)
		return 0;
	if (parts & PART_SCHEDULE &&
	    !write(ctx, target ? &target->schedule : &image->schedule, sizeof(struct histogram)))
		return 0;
	if (!(parts & PART_KEYTIME))
		return 1;
	struct keytime keytime;
	u64 now = bpf_ktime_get_boot_ns();
	ledger_copy(&keytime, target ? &target->keytime : &image->keytime);
	if (HAS_LEDGER(target ? target->images : image->images))
		ledger_read(act, image, &keytime, task,
			    target ? ledger_counts_target(act, image, target) : ledger_counts(act, image),
			    now);
	return write(ctx, &keytime.stats, sizeof(keytime.stats));
}

static __noinline int write_cause(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task, *leader = task ? task->group_leader : NULL;
	struct death_cause cause;
	if (!leader)
		return 0;
	find_cause(&cause, leader, exit_code_of(leader));
	return write(ctx, &cause, sizeof(cause));
}

static __noinline int write_process(struct bpf_iter__task *ctx, struct task_image *image)
{
	struct activity *act = get_activity();
	struct task_struct *task = ctx->task, *leader = task ? task->group_leader : NULL;
	struct process_record record;
	if (!act || !leader || !image)
		return -1;
	fill_process(&record, RECORD_PROCESS, act, leader, image);
	record.parts = parts_of(record.kept);
	record.header.size += size_of(record.parts);
	if (HAS_KEYTIME(record.kept) && record.header.flags & RECORD_DEAD) {
		record.parts |= PART_CAUSE;
		record.header.size += sizeof(struct death_cause);
	}
	bool is_written =
		write(ctx, &record, sizeof(record)) &&
		(!HAS_SCHEDULE(record.kept) || write(ctx, &image->schedule_gone, sizeof(struct histogram))) &&
		(!HAS_KEYTIME(record.kept) || write(ctx, &image->keytime_gone, sizeof(struct keytime_stats)));
	return is_written ? (int)record.parts : -1;
}

/*
 * The head is written apart: in the table it is that of whoever tells of the death, which may be at the same
 * time, and with another row by then.
 */
static __always_inline bool write_calls(struct bpf_iter__task *ctx, struct call_table *table,
					struct task_struct *task, s32 tid, u64 since)
{
	if (!table) /* it has made none */
		return true;
	u64 size = complete_calls(&table->record, task, tid, since),
	    rest = size - sizeof(struct record_header);
	struct record_header header = {.type = RECORD_CALLS, .size = size};
	return write(ctx, &header, sizeof(header)) &&
	       write(ctx, &table->record.tgid,
		     rest < sizeof(table->record) - sizeof(header) ? rest
								   : sizeof(table->record) - sizeof(header));
}

static __noinline int write_process_calls(struct bpf_iter__task *ctx, struct task_image *image)
{
	struct task_struct *task = ctx->task, *leader = task ? task->group_leader : NULL;
	if (!leader || !image || !HAS_SYSCALL(image->kept))
		return 1;
	return write_calls(ctx, bpf_task_storage_get(&process_calls, leader, 0, 0), leader, 0,
			   image->syscall_since);
}

static __noinline int write_target_calls(struct bpf_iter__task *ctx, struct target_image *target)
{
	struct task_struct *task = ctx->task;
	if (!task || !target || !HAS_SYSCALL(target->kept))
		return 1;
	return write_calls(ctx, bpf_task_storage_get(&target_calls, task, 0, 0), task, task->pid,
			   target->syscall_since);
}

static __noinline int write_process_locks(struct bpf_iter__task *ctx, struct task_image *image)
{
	struct task_struct *task = ctx->task, *leader = task ? task->group_leader : NULL;
	if (!leader || !image || !HAS_LOCK(image->kept))
		return 1;
	struct locks_record *totals = find_totals(leader, 0, image->lock_since);
	if (totals && !write(ctx, totals, sizeof(*totals))) /* else it has not waited */
		return 0;
	struct uses_record *uses = find_uses(leader, 0, image->lock_since);
	return !uses || write(ctx, uses, sizeof(*uses)); /* else it is not probed */
}

static __noinline int write_target_locks(struct bpf_iter__task *ctx, struct target_image *target)
{
	struct task_struct *task = ctx->task;
	if (!task || !target || !HAS_LOCK(target->kept))
		return 1;
	struct locks_record *totals = find_totals(task, task->pid, target->lock_since);
	if (totals && !write(ctx, totals, sizeof(*totals)))
		return 0;
	struct uses_record *uses = find_uses(task, task->pid, target->lock_since);
	return !uses || write(ctx, uses, sizeof(*uses));
}

/* The parts that are to follow, or below 0: there was no room. */
static __noinline int write_thread(struct bpf_iter__task *ctx, struct task_image *image)
{
	struct activity *act = get_activity();
	struct task_struct *task = ctx->task, *leader = task ? task->group_leader : NULL;
	struct thread_record record;
	if (!act || !leader || !image)
		return 0;
	fill_thread(&record, RECORD_THREAD, task, image);
	record.images = image->images & images_for_process(act, image);
	record.kept = image->folded ? 0 : image->kept;
	if (!leader->mm && task->mm && leader != task)
		read_memory(&record.memory, task->mm);
	record.parts = parts_of(record.kept);
	record.header.size += size_of(record.parts);
	return write(ctx, &record, sizeof(record)) ? record.parts : -1;
}

/* Likewise. */
static __noinline int write_target(struct bpf_iter__task *ctx, struct task_image *image,
				   struct target_image *target)
{
	struct activity *act = get_activity();
	struct task_struct *task = ctx->task;
	struct thread_record record;
	if (!act || !task || !image || !target)
		return 0;
	fill_target(&record, RECORD_TARGET, act, task, image, target);
	record.parts = parts_of(record.kept);
	record.header.size += size_of(record.parts);
	return write(ctx, &record, sizeof(record)) ? record.parts : -1;
}

/* A thread whose calls count, for its process or for itself. */
static __noinline int write_sequence(struct bpf_iter__task *ctx)
{
	struct activity *act = get_activity();
	struct task_struct *task = ctx->task, *leader = task ? task->group_leader : NULL;
	struct task_image *image = task ? bpf_task_storage_get(&images, task, 0, 0) : NULL;
	if (!act || !leader || !image)
		return 0;
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	u64 since = target && syscall_counts_target(act, image, target) ? target->syscall_since : 0;
	if (syscall_counts(act, image))
		since = image->syscall_since;
	if (!since)
		return 0;
	struct thread_calls *thread = bpf_task_storage_get(&thread_calls, task, 0, 0);
	struct sequence_record record;
	__builtin_memset(&record, 0, sizeof(record));
	record.header.type = RECORD_SEQUENCE;
	record.header.size = sizeof(record);
	record.tgid = task->tgid;
	record.tid = task->pid;
	record.start_id = task->start_boottime;
	record.leader_start_id = leader->start_boottime;
	read_comm(record.comm, task);
	find_call(&record, act, task, thread);
	if (thread && thread->since == since) /* else what it has kept is of an earlier activation */
		record.told = thread->told;
	if (record.told)
		record.header.size += sizeof(struct kept_calls);
	if (write(ctx, &record, sizeof(record)) && thread && record.told)
		write(ctx, &thread->kept, sizeof(thread->kept));
	return 0;
}

static __noinline int write_wait(struct bpf_iter__task *ctx)
{
	struct activity *act = get_activity();
	struct task_struct *task = ctx->task, *leader = task ? task->group_leader : NULL;
	struct task_image *image = task ? bpf_task_storage_get(&images, task, 0, 0) : NULL;
	if (!act || !leader || !image || !image->named)
		return 0;
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	struct wait_record record;
	__builtin_memset(&record, 0, sizeof(record));
	u64 since = ~0ULL;
	if (target && target->images & 1 << IMAGE_LOCK && lock_counts_thread(act, image)) {
		record.whose = EVENT_OF_THREAD;
		since = target->lock_since;
	}
	if (lock_counts(act, image)) {
		record.whose |= EVENT_OF_PROCESS;
		if (image->lock_since < since)
			since = image->lock_since;
	}
	if (!record.whose || !find_wait(&record, task, since))
		return 0;
	record.header.type = RECORD_WAIT;
	record.header.size = sizeof(record);
	record.tgid = BPF_CORE_READ(task, tgid);
	record.tid = BPF_CORE_READ(task, pid);
	record.start_id = BPF_CORE_READ(task, start_boottime);
	record.leader_start_id = BPF_CORE_READ(leader, start_boottime);
	record.switches = BPF_CORE_READ(task, nvcsw);
	record.program = BPF_CORE_READ(task, self_exec_id);
	read_comm(record.comm, task);
	write(ctx, &record, sizeof(record));
	return 0;
}

#endif
