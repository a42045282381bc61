/* SPDX-License-Identifier: GPL-2.0 */
/* What the portraits iterator writes of a process and of a thread, with the parts that follow it. */
#ifndef PROC_IMAGE_READING_H
#define PROC_IMAGE_READING_H

static __always_inline u32 size_of(u32 parts)
{
	return (parts & PART_SCHEDULE ? sizeof(struct schedule_stats) : 0) +
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
	    !write(ctx, target ? &target->schedule : &image->schedule, sizeof(struct schedule_stats)))
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
		(!HAS_SCHEDULE(record.kept) ||
		 write(ctx, &image->schedule_gone, sizeof(struct schedule_stats))) &&
		(!HAS_KEYTIME(record.kept) || write(ctx, &image->keytime_gone, sizeof(struct keytime_stats)));
	return is_written ? (int)record.parts : -1;
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

#endif
