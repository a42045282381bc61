/* SPDX-License-Identifier: GPL-2.0 */
/* What user space is told of a death, and the end of the policy that had it as its target. */
#ifndef PROC_IMAGE_DEATH_H
#define PROC_IMAGE_DEATH_H

struct whole_process {
	struct process_record record;
	struct histogram schedule;
	struct keytime_stats keytime;
	struct death_cause cause;
};

struct whole_target {
	struct thread_record record;
	struct histogram schedule;
	struct keytime_stats keytime;
	struct death_cause cause;
};

/*
 * A process that is dead, as a whole. last: the thread that exits now; its books, and those of a leader that
 * waits for the end of its threads, are not in signal_struct yet. NULL when all are.
 */
static __always_inline void tell_dead(u32 type, struct activity *act, struct task_struct *leader,
				      struct task_image *image, struct task_struct *last)
{
	struct whole_process *whole = reserve_event(sizeof(*whole));
	if (!whole)
		return;
	fill_process(&whole->record, type, act, leader, image);
	if (last) {
		add_usage(&whole->record.gone, last);
		if (last != leader)
			add_usage(&whole->record.gone, leader);
	}
	histogram_reset(&whole->schedule);
	if (HAS_SCHEDULE(image->kept)) {
		whole->record.parts = PART_SCHEDULE;
		whole->record.header.size = __builtin_offsetof(struct whole_process, keytime);
		histogram_add_all(&whole->schedule, &image->schedule);
		histogram_add_all(&whole->schedule, &image->schedule_gone);
	}
	if (HAS_KEYTIME(image->kept)) {
		whole->record.parts = PART_SCHEDULE | PART_KEYTIME | PART_CAUSE;
		whole->record.header.size = sizeof(*whole);
		whole->keytime = image->keytime_gone;
		keytime_add(&whole->keytime, &image->keytime.stats);
		find_cause(&whole->cause, leader, whole->record.exit_code);
	}
	bpf_ringbuf_submit(whole, 0);
}

/* leader: NULL when it may be gone; then where its signal came from was told before. */
static __always_inline void tell_dead_target(u32 type, struct activity *act, struct task_struct *leader,
					     struct task_struct *task, struct task_image *image,
					     struct target_image *target)
{
	struct whole_target *whole = reserve_event(sizeof(*whole));
	if (!whole)
		return;
	fill_target(&whole->record, type, act, task, image, target);
	whole->schedule = target->schedule;
	if (HAS_SCHEDULE(target->kept)) {
		whole->record.parts = PART_SCHEDULE;
		whole->record.header.size = __builtin_offsetof(struct whole_target, keytime);
	}
	if (HAS_KEYTIME(target->kept)) {
		whole->record.parts = PART_SCHEDULE | PART_KEYTIME | (leader ? PART_CAUSE : 0);
		whole->record.header.size = sizeof(*whole);
		whole->keytime = target->keytime.stats;
		if (leader)
			find_cause(&whole->cause, leader, whole->record.exit_code);
	}
	bpf_ringbuf_submit(whole, 0);
}

/* Before the record of the death, which then says whether they are complete. */
static __always_inline bool tell_calls(struct call_table *table, struct task_struct *task, s32 tid, u64 since)
{
	if (!table)
		return true;
	u64 size = complete_calls(&table->record, task, tid, since);
	table->record.header.type = RECORD_CALLS;
	table->record.header.flags = 0;
	table->record.header.size = size;
	if (!bpf_ringbuf_output(&events, &table->record,
				size < sizeof(table->record) ? size : sizeof(table->record), 0))
		return true;
	lose(LOSS_EVENT);
	return false;
}

/* With each record of the death: a thread may be late to exit, and another loader may have got the first. */
static __noinline int tell_process_calls(struct task_struct *leader, struct task_image *image)
{
	if (!leader || !image || !HAS_SYSCALL(image->kept))
		return 0;
	struct call_table *table = bpf_task_storage_get(&process_calls, leader, 0, 0);
	if (!tell_calls(table, leader, 0, image->syscall_since))
		image->incomplete = 1;
	return 0;
}

static __noinline int tell_target_calls(struct task_struct *task, struct target_image *target)
{
	if (!task || !target || !HAS_SYSCALL(target->kept))
		return 0;
	if (!tell_calls(bpf_task_storage_get(&target_calls, task, 0, 0), task, task->pid,
			target->syscall_since))
		target->incomplete = 1;
	return 0;
}

/* Likewise: their waits for locks. They are told again by the final record: a thread may be late. */
static __noinline int tell_process_locks(struct task_struct *leader, struct task_image *image)
{
	struct locks_record *totals =
		leader && image && HAS_LOCK(image->kept) ? find_totals(leader, 0, image->lock_since) : NULL;
	if (totals && bpf_ringbuf_output(&events, totals, sizeof(*totals), 0)) {
		image->incomplete = 1;
		lose(LOSS_EVENT);
	}
	struct uses_record *uses =
		leader && image && HAS_LOCK(image->kept) ? find_uses(leader, 0, image->lock_since) : NULL;
	if (uses && bpf_ringbuf_output(&events, uses, sizeof(*uses), 0)) {
		image->incomplete = 1;
		lose(LOSS_EVENT);
	}
	return 0;
}

static __noinline int tell_target_locks(struct task_struct *task, struct target_image *target)
{
	struct locks_record *totals = task && target && HAS_LOCK(target->kept)
					      ? find_totals(task, task->pid, target->lock_since)
					      : NULL;
	if (totals && bpf_ringbuf_output(&events, totals, sizeof(*totals), 0)) {
		target->incomplete = 1;
		lose(LOSS_EVENT);
	}
	struct uses_record *uses = task && target && HAS_LOCK(target->kept)
					   ? find_uses(task, task->pid, target->lock_since)
					   : NULL;
	if (uses && bpf_ringbuf_output(&events, uses, sizeof(*uses), 0)) {
		target->incomplete = 1;
		lose(LOSS_EVENT);
	}
	return 0;
}

/* The slot may have a new policy by now: it is ended only if it still is the one of this life. */
static __always_inline void end_policy_of(struct activity *act, u32 slot, s32 id, u64 start_id)
{
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	if (slot && policy && policy->target == id && policy->start_id == start_id)
		lose_target(act, slot);
}

#endif
