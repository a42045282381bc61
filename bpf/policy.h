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

/* The images of the live policies that name the process of a task. Inlined, it takes 140 bytes of a frame. */
static __noinline u32 images_for_process(struct activity *act, struct task_image *image)
{
	if (!act || !image)
		return 0;
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
	__sync_fetch_and_add(&act->generation, 1);
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

/* Since 6.18 (e25ddfb388c8) fully preemptible kernels refuse programs that use timers. */
const volatile bool has_timers = true;

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
	if (has_timers && deadline) {
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
			    !__sync_fetch_and_add(&act->active[which], 1)) {
				if (which == IMAGE_SCHEDULE)
					act->schedule_epoch++;
				if (which == IMAGE_SYSCALL)
					act->syscall_epoch++;
				if (which == IMAGE_LEDGER)
					act->clock_offset = 0;
			}
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
	barrier_var(caller); /* the verifier of 6.1 forgets the bound of what was on the stack meanwhile */
	act->own_inode[caller & (CALLERS - 1)] = BPF_CORE_READ(mm, exe_file, f_inode, i_ino);
	act->own_device[caller & (CALLERS - 1)] = BPF_CORE_READ(mm, exe_file, f_inode, i_sb, s_dev);
	if (caller == CALLER_LOADER)
		act->loader_tgid = self->tgid;
}

#endif
