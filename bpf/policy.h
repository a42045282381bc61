/* SPDX-License-Identifier: GPL-2.0 */
/* Policies: which of them are live, and which of them name a task. */
#ifndef PROC_IMAGE_POLICY_H
#define PROC_IMAGE_POLICY_H

/* 0 or 1. Arithmetic, here and below, since each branch would double the paths that the verifier walks. */
static __always_inline u64 test_slot(u64 *words, u32 slot)
{
	return words[slot >> 6 & (POLICY_WORDS - 1)] >> (slot & 63) & 1;
}

/* Both return whether the bit has changed. */
static __always_inline bool set_slot(u64 *words, u32 slot)
{
	u64 bit = 1ULL << (slot & 63);
	return !(__sync_fetch_and_or(&words[slot >> 6 & (POLICY_WORDS - 1)], bit) & bit);
}

static __always_inline bool clear_slot(u64 *words, u32 slot)
{
	u64 bit = 1ULL << (slot & 63);
	return __sync_fetch_and_and(&words[slot >> 6 & (POLICY_WORDS - 1)], ~bit) & bit;
}

/* Slot 0 is never set, so a name that is not there counts for nothing. */
static __always_inline u64 counts_for_process(struct activity *act, struct task_image *image, u32 which)
{
	u64 *words = act->collect[which];
	return test_slot(words, image->policies[NAMED_BY_ALL]) |
	       test_slot(words, image->policies[NAMED_BY_PROCESS]) |
	       test_slot(words, image->policies[NAMED_BY_ANCESTOR]);
}

/* The images of the live policies that name the process of a task. */
static __always_inline u32 images_for_process(struct activity *act, struct task_image *image)
{
	u32 mask = 0;
	for (u32 which = 0; which < IMAGES; which++)
		mask |= counts_for_process(act, image, which) << which;
	return mask;
}

static __always_inline u32 images_for_thread(struct activity *act, struct task_image *image)
{
	u32 mask = 0;
	for (u32 which = 0; which < IMAGES; which++)
		mask |= test_slot(act->collect[which], image->policies[NAMED_BY_THREAD]) << which;
	return mask;
}

/* Nothing is collected for the policy from here on, on no CPU. */
static __noinline int end_policy(struct activity *act, u32 slot)
{
	if (!act || !clear_slot(act->live, slot))
		return 0;
	__sync_fetch_and_add(&act->policies, -1);
	for (u32 which = 0; which < IMAGES; which++)
		if (clear_slot(act->collect[which], slot))
			__sync_fetch_and_add(&act->active[which], -1);
	return 1;
}

/* Says that policies have changed, for a loader that may be there. */
static __always_inline void tell_policies(u32 type, u32 slot, u32 id)
{
	struct policies_record *record = reserve_event(sizeof(*record));
	if (!record)
		return;
	record->header.type = type;
	record->header.flags = 0;
	record->header.size = sizeof(*record);
	record->slot = slot;
	record->id = id;
	bpf_ringbuf_submit(record, 0);
}

/* Says that nothing of a process is to be shown any more. */
static __always_inline void tell_excepted(struct task_struct *task)
{
	struct excepted_record *record = reserve_event(sizeof(*record));
	if (!record)
		return;
	record->header.type = RECORD_EXCEPTED;
	record->header.flags = 0;
	record->header.size = sizeof(*record);
	record->tgid = task->tgid;
	record->pad = 0;
	record->start_id = task->start_boottime;
	bpf_ringbuf_submit(record, 0);
}

/* The policy has nobody left to image: it ends, and whoever is there is told. */
static __always_inline void end_bereft(struct activity *act, u32 slot)
{
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	set_slot(act->ended, slot);
	if (end_policy(act, slot) && policy)
		tell_policies(RECORD_POLICY_ENDED, slot, policy->id);
}

/* The target itself is gone. Those that a policy follows may outlive it. */
static __always_inline void lose_target(struct activity *act, u32 slot)
{
	set_slot(act->orphaned, slot);
	if (!act->followed[slot & (MAX_POLICIES - 1)])
		end_bereft(act, slot);
}

/* The target has died: what is left of it is its final record. */
static __always_inline void end_soon(struct activity *act, u32 slot)
{
	if (!act->followed[slot & (MAX_POLICIES - 1)])
		set_slot(act->ended, slot);
}

/*
 * Counts a task among those that a policy follows, and no longer among those that another one does. What is
 * noted here is what counts: a walk may meet a child before the hook of its birth does.
 */
static __always_inline void follow(struct activity *act, struct task_image *image, u32 old, u32 slot)
{
	if (old == slot || __sync_val_compare_and_swap(&image->followed, old, slot) != old)
		return;
	if (slot)
		__sync_fetch_and_add(&act->followed[slot & (MAX_POLICIES - 1)], 1);
	if (!old || !act->followed[old & (MAX_POLICIES - 1)]) /* 0: the slot was cleared since */
		return;
	if (__sync_fetch_and_add(&act->followed[old & (MAX_POLICIES - 1)], -1) == 1 &&
	    test_slot(act->orphaned, old))
		end_bereft(act, old);
}

static int deadline_passed(void *map, u32 *key, struct deadline *deadline)
{
	u32 slot = *key;
	struct activity *act = get_activity();
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	u64 now = bpf_ktime_get_boot_ns();
	if (!act || !policy || !deadline->when)
		return 0;
	if (now < deadline->when) { /* it was moved */
		bpf_timer_start(&deadline->timer, deadline->when - now, 0);
		return 0;
	}
	set_slot(act->ended, slot);
	if (end_policy(act, slot))
		tell_policies(RECORD_POLICY_ENDED, slot, policy->id);
	return 0;
}

static __always_inline void arm_deadline(struct activity *act, struct policy *policy, u32 slot)
{
	struct deadline *deadline = bpf_map_lookup_elem(&deadlines, &slot);
	u64 now = bpf_ktime_get_boot_ns();
	if (!policy->deadline)
		policy->deadline = now + policy->duration;
	if (deadline) {
		deadline->when = policy->deadline;
		long error = bpf_timer_init(&deadline->timer, &deadlines, CLOCK_BOOTTIME);
		if (!error || error == -EBUSY) /* EBUSY: the slot has had a deadline before */
			error = bpf_timer_set_callback(&deadline->timer, deadline_passed);
		if (!error)
			error = bpf_timer_start(&deadline->timer,
						policy->deadline > now ? policy->deadline - now : 0, 0);
		if (!error)
			return;
	}
	/* Better no policy than one that never ends. */
	lose(LOSS_TIMER);
	set_slot(act->ended, slot);
	end_policy(act, slot);
}

static __always_inline void disarm_deadline(u32 slot)
{
	struct deadline *deadline = bpf_map_lookup_elem(&deadlines, &slot);
	if (deadline)
		deadline->when = 0;
}

/* Puts a policy that user space has written since the last time into force. */
static long apply_policy(u32 slot, void *context)
{
	struct activity *act = get_activity();
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	if (!act || !policy || !slot || slot >= MAX_POLICIES || policy->sequence == act->applied[slot])
		return 0;
	act->applied[slot] = policy->sequence;
	clear_slot(act->fresh, slot);
	clear_slot(act->ended, slot);
	clear_slot(act->orphaned, slot);
	if (policy->kind == TARGET_NONE || !policy->duration)
		disarm_deadline(slot);
	if (policy->kind == TARGET_NONE) {
		end_policy(act, slot);
		return 0;
	}
	if (set_slot(act->live, slot))
		__sync_fetch_and_add(&act->policies, 1);
	for (u32 which = 0; which < IMAGES; which++) {
		if (policy->images >> which & 1) {
			if (set_slot(act->collect[which], slot) &&
			    !__sync_fetch_and_add(&act->active[which], 1) && which == IMAGE_SCHEDULE)
				act->schedule_epoch++;
		} else if (clear_slot(act->collect[which], slot)) {
			__sync_fetch_and_add(&act->active[which], -1);
		}
	}
	if (policy->duration) {
		if (!policy->deadline)
			set_slot(act->fresh, slot);
		arm_deadline(act, policy, slot);
	}
	return 0;
}

/*
 * The walk is at its end, every task collects: the time begins now. The deadlines of the walk's beginning are
 * for a reader that is killed in between. No task carries the slot of a policy that is over any more.
 */
static long settle_policy(u32 slot, void *context)
{
	struct activity *act = get_activity();
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	if (!act || !policy || slot >= MAX_POLICIES)
		return 0;
	if (!test_slot(act->live, slot))
		act->followed[slot] = 0;
	if (clear_slot(act->fresh, slot) && policy->duration) {
		policy->deadline = 0;
		arm_deadline(act, policy, slot);
	}
	return 0;
}

/* Notes who runs apply: the tool's own programs are known by their file. */
static __always_inline void learn_caller(struct activity *act, u32 caller)
{
	struct task_struct *self = bpf_get_current_task_btf();
	struct mm_struct *mm = self->mm;
	if (caller >= CALLERS || !mm)
		return;
	act->own_inode[caller] = mm->exe_file->f_inode->i_ino;
	act->own_device[caller] = mm->exe_file->f_inode->i_sb->s_dev;
	if (caller == CALLER_LOADER)
		act->loader_tgid = self->tgid;
}

/* A policy is bound to the life that it first meets under its pid: a later owner is another life. */
static __always_inline bool bound_to(struct policy *policy, u64 start_id)
{
	return __sync_val_compare_and_swap(&policy->start_id, 0, start_id) == 0 ||
	       policy->start_id == start_id;
}

static __always_inline u32 slot_of(struct activity *act, u32 kind, s32 id, u64 start_id)
{
	struct target_key key = {.kind = kind, .id = id};
	u32 *found = bpf_map_lookup_elem(&targets, &key);
	if (!found)
		return 0;
	u32 slot = *found;
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	if (!policy || !test_slot(act->live, slot) || policy->target != id || !bound_to(policy, start_id))
		return 0;
	return slot;
}

/* By file, so that it holds for each thread of it, whoever starts it and whenever. */
static __always_inline bool is_own(struct activity *act, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;
	struct mm_struct *mm = task->mm;
	if (!mm && leader) /* the thread is exiting */
		mm = leader->mm;
	if (!mm)
		return false;
	u64 inode = mm->exe_file->f_inode->i_ino, device = mm->exe_file->f_inode->i_sb->s_dev;
	for (int i = 0; i < CALLERS; i++)
		if (inode && inode == act->own_inode[i] && device == act->own_device[i])
			return true;
	return false;
}

/* Own programs are imaged if they are a target, or if the policy says so. */
static __always_inline bool excepts(struct activity *act, struct policy *policy, struct task_struct *task)
{
	return !(policy->flags & POLICY_INCLUDE_SELF) && is_own(act, task);
}

/*
 * Imaged without being a target, but has just become one of the tool's own: between the point where an exec
 * replaces the memory and the hook.
 */
static __always_inline bool is_excepted(struct activity *act, struct task_struct *task,
					struct task_image *image)
{
	u32 slot = image->policies[NAMED_BY_ALL] ? image->policies[NAMED_BY_ALL]
						 : image->policies[NAMED_BY_ANCESTOR];
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	return slot && policy && !image->policies[NAMED_BY_PROCESS] && excepts(act, policy, task);
}

/* named: the slot it has been named by. Of a dead process nothing else tells whether it is an own one. */
static __always_inline u32 slot_of_all(struct control *ctl, struct activity *act, struct task_struct *task,
				       u32 named)
{
	u32 slot = ctl->all_slot;
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	if (!slot || !policy || !test_slot(act->live, slot))
		return 0;
	if (!task->signal->live.counter)
		return named == slot ? slot : 0;
	return excepts(act, policy, task) ? 0 : slot;
}

/* The policy of a slot if it goes on with what those that it names start, else NULL. */
static __always_inline struct policy *following(struct activity *act, u32 slot)
{
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	if (!slot || !policy || !test_slot(act->live, slot))
		return NULL;
	return policy->flags & POLICY_FOLLOW ? policy : NULL;
}

/*
 * The slot that a new task is named by because of its ancestors: a thread that of its process, a process that
 * of the thread that has started it, and of several the nearest.
 */
static __always_inline u32 slot_of_ancestor(struct activity *act, struct task_struct *child)
{
	struct task_struct *leader = child->group_leader;
	struct task_struct *from = leader && leader != child ? leader : bpf_get_current_task_btf();
	struct task_image *image = bpf_task_storage_get(&images, from, 0, 0);
	if (!image)
		return 0;
	if (from != leader) {
		if (following(act, image->policies[NAMED_BY_THREAD]))
			return image->policies[NAMED_BY_THREAD];
		if (following(act, image->policies[NAMED_BY_PROCESS]))
			return image->policies[NAMED_BY_PROCESS];
	}
	return image->policies[NAMED_BY_ANCESTOR];
}

static __noinline u32 still_follows(struct activity *act, struct task_struct *task, u32 slot)
{
	if (!act || !task)
		return 0;
	struct policy *policy = following(act, slot);
	return policy && !excepts(act, policy, task) ? slot : 0;
}

/* Threads of a process have one beginning, so that it stays the same when another one becomes the leader. */
static __always_inline u64 schedule_beginning(struct activity *act, struct task_struct *task,
					      struct task_struct *leader, u64 now)
{
	struct task_image *process = task == leader ? NULL : bpf_task_storage_get(&images, leader, 0, 0);
	if (process && process->images & 1 << IMAGE_SCHEDULE &&
	    counts_for_process(act, process, IMAGE_SCHEDULE))
		return process->schedule_since;
	return now;
}

/* A thread cannot be imaged: where its process is, that is not complete. */
static __always_inline void lose_thread(struct task_struct *leader)
{
	struct task_image *process = bpf_task_storage_get(&images, leader, 0, 0);
	lose(LOSS_STORAGE);
	if (process)
		process->incomplete = 1;
}

/*
 * Gives a task the names that policies have for it now, and its images a beginning where they begin.
 * In process context only: it may create storage. Doing it twice changes nothing. ancestor: of a new task.
 */
static __noinline int name_task(struct task_struct *task, u64 now, u32 ancestor)
{
	struct control *ctl = get_control();
	struct activity *act = get_activity();
	struct task_struct *leader = task ? task->group_leader : NULL;
	if (!ctl || !act || !leader)
		return 0;

	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	union {
		u16 policies[NAMES];
		u64 named;
	} names = {};
	if (act->policies) {
		names.policies[NAMED_BY_ALL] =
			slot_of_all(ctl, act, task, image ? image->policies[NAMED_BY_ALL] : 0);
		names.policies[NAMED_BY_PROCESS] =
			slot_of(act, TARGET_PROCESS, task->tgid, leader->start_boottime);
		names.policies[NAMED_BY_THREAD] =
			slot_of(act, TARGET_THREAD, task->pid, task->start_boottime);
	}
	if (!image && (names.named || still_follows(act, task, ancestor) || act->active[IMAGE_SCHEDULE])) {
		image = bpf_task_storage_get(&images, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (!image)
			lose_thread(leader);
	}
	if (!image)
		return 0;
	u32 followed = *(volatile u32 *)&image->followed;
	follow(act, image, followed, still_follows(act, task, followed ? followed : ancestor));
	names.policies[NAMED_BY_ANCESTOR] = image->followed;

	/* What has been counting until now: an image that a passed deadline has stopped begins anew. */
	u32 counting = image->images & images_for_process(act, image);
	u32 counting_thread = images_for_thread(act, image);
	image->images = counting;
	image->named = names.named;
	u32 wanted = images_for_process(act, image), fresh = wanted & ~counting;
	if (fresh & 1 << IMAGE_SCHEDULE) {
		schedule_reset(&image->schedule);
		schedule_reset(&image->schedule_gone);
		image->schedule_since = schedule_beginning(act, task, leader, now);
	}
	if (fresh && task == leader)
		image->incomplete = 0;
	if (image->schedule_epoch != act->schedule_epoch) {
		image->run_delay_seen = task->sched_info.run_delay;
		image->schedule_epoch = act->schedule_epoch;
	}
	image->kept |= wanted;
	image->images = wanted;
	/* An exec may have made it one of the tool's own meanwhile, whose hook is over by now. */
	if (names.policies[NAMED_BY_ALL] && is_excepted(act, task, image))
		image->policies[NAMED_BY_ALL] = image->kept = image->images = 0;

	wanted = images_for_thread(act, image);
	struct target_image *target =
		bpf_task_storage_get(&target_images, task, 0, wanted ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
	if (target) {
		fresh = wanted & ~(target->images & counting_thread);
		if (fresh & 1 << IMAGE_SCHEDULE) {
			schedule_reset(&target->schedule);
			target->schedule_since = now;
		}
		target->kept |= wanted;
		target->images = wanted;
	} else if (wanted) {
		lose(LOSS_STORAGE);
	}

	if (ctl->sweep) {
		image->kept = image->images;
		if (target && !wanted)
			bpf_task_storage_delete(&target_images, task);
		if (!names.named && !act->active[IMAGE_SCHEDULE])
			bpf_task_storage_delete(&images, task);
	}
	return 0;
}

#endif
