/* SPDX-License-Identifier: GPL-2.0 */
/* Which policies name a task, and the beginning of its images. */
#ifndef PROC_IMAGE_NAMING_H
#define PROC_IMAGE_NAMING_H

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

/*
 * By file, so that it holds for each thread of it, whoever starts it and whenever. Here and wherever time
 * does not count, memory is read by BPF_CORE_READ(): for each pointer that is followed directly the verifier
 * goes through all types of the kernel, for a millisecond.
 */
static __noinline int is_own(struct activity *act, struct task_struct *task)
{
	if (!act || !task)
		return 0;
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	if (!mm) /* the thread is exiting */
		mm = BPF_CORE_READ(task, group_leader, mm);
	if (!mm)
		return false;
	u64 inode = BPF_CORE_READ(mm, exe_file, f_inode, i_ino);
	u64 device = BPF_CORE_READ(mm, exe_file, f_inode, i_sb, s_dev);
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
static __always_inline bool is_excepted(struct activity *act, struct task_struct *task, const u16 *names)
{
	u32 slot = names[NAMED_BY_ALL] ? names[NAMED_BY_ALL] : names[NAMED_BY_ANCESTOR];
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	return slot && policy && !names[NAMED_BY_PROCESS] && excepts(act, policy, task);
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

/*
 * Its images begin, those of the mask fresh. Threads of a process have one beginning, so that it stays the
 * same when another one becomes the leader.
 */
static __noinline int begin_images(struct task_struct *task, struct task_image *image, u32 fresh, u64 now)
{
	struct activity *act = get_activity();
	struct task_struct *leader = task ? task->group_leader : NULL;
	if (!act || !image || !leader)
		return 0;
	struct task_image *process = task == leader ? NULL : bpf_task_storage_get(&images, leader, 0, 0);
	u32 begun = process ? process->images & images_for_process(act, process) : 0;
	if (fresh & 1 << IMAGE_SCHEDULE) {
		histogram_reset(&image->schedule);
		histogram_reset(&image->schedule_gone);
		image->schedule_since =
			process && begun & 1 << IMAGE_SCHEDULE ? process->schedule_since : now;
	}
	if (fresh & 1 << IMAGE_KEYTIME) {
		keytime_reset(&image->keytime.stats);
		keytime_reset(&image->keytime_gone);
		if (task == leader) {
			forget_fatal_signals(task);
			image->incomplete |= !keep_fatal_signals(task);
		}
		image->keytime_since = process && begun & 1 << IMAGE_KEYTIME ? process->keytime_since : now;
	}
	if (fresh & 1 << IMAGE_SYSCALL) {
		bpf_task_storage_delete(&process_calls, task);
		image->syscall_since = process && begun & 1 << IMAGE_SYSCALL ? process->syscall_since : now;
	}
	if (fresh & 1 << IMAGE_LOCK)
		image->lock_since = process && begun & 1 << IMAGE_LOCK ? process->lock_since : now;
	if (fresh & 1 << IMAGE_LEDGER) {
		__builtin_memset(image->keytime_gone.times, 0, sizeof(image->keytime_gone.times));
		ledger_begin(act, &image->keytime, task, now);
		image->ledger_since = process && begun & 1 << IMAGE_LEDGER ? process->ledger_since : now;
	}
	return 0;
}

static __noinline int begin_target_images(struct task_struct *task, struct target_image *target, u32 fresh,
					  u64 now)
{
	struct activity *act = get_activity();
	struct task_struct *leader = task ? task->group_leader : NULL;
	if (!act || !leader || !target)
		return 0;
	if (fresh & 1 << IMAGE_SCHEDULE) {
		histogram_reset(&target->schedule);
		target->schedule_since = now;
	}
	if (fresh & 1 << IMAGE_KEYTIME) {
		keytime_reset(&target->keytime.stats);
		target->keytime_since = now;
		target->incomplete = !keep_fatal_signals(leader);
	}
	if (fresh & 1 << IMAGE_SYSCALL) {
		bpf_task_storage_delete(&target_calls, task);
		target->syscall_since = now;
	}
	if (fresh & 1 << IMAGE_LOCK)
		target->lock_since = now;
	if (fresh & 1 << IMAGE_LEDGER) {
		ledger_begin(act, &target->keytime, task, now);
		target->ledger_since = now;
	}
	return 0;
}

/* Not inlined twice: the verifier of 6.1 allows 512 bytes for all frames that are within each other. */
static __noinline int stop_ledger(struct task_struct *task, struct keytime *keytime, u64 stop, u64 now)
{
	struct activity *act = get_activity();
	if (!act || !task || !keytime)
		return 0;
	ledger_stop(act, keytime, task, stop, now);
	return 0;
}

/* kept: images of the process and of the thread that are. */
static __noinline int sweep_calls(struct task_struct *task, u32 kept, u32 kept_of_thread)
{
	struct activity *act = get_activity();
	if (!act || !task)
		return 0;
	if (!act->active[IMAGE_SYSCALL])
		bpf_task_storage_delete(&thread_calls, task);
	if (!(kept & 1 << IMAGE_SYSCALL))
		bpf_task_storage_delete(&process_calls, task);
	if (!(kept_of_thread & 1 << IMAGE_SYSCALL))
		bpf_task_storage_delete(&target_calls, task);
	return 0;
}

/* Likewise. What the map by lock has goes with the loader's next look. */
static __noinline int sweep_locks(struct task_struct *task, u32 kept, u32 kept_of_thread)
{
	struct activity *act = get_activity();
	if (!act || !task)
		return 0;
	if (!act->active[IMAGE_LOCK]) {
		bpf_task_storage_delete(&lock_waits, task);
		bpf_task_storage_delete(&lock_requests, task);
	}
	if (!(kept & 1 << IMAGE_LOCK) && task == task->group_leader)
		forget_locks(task, 0);
	if (!(kept_of_thread & 1 << IMAGE_LOCK))
		forget_locks(task, task->pid);
	return 0;
}

/* Forgets what deactivated images have counted. wanted: the images of the thread that is a target itself. */
static __noinline int sweep_task(struct task_struct *task, struct task_image *image, u32 wanted, u64 named)
{
	struct activity *act = get_activity();
	if (!act || !task || !image)
		return 0;
	image->kept = image->images;
	sweep_calls(task, image->kept, wanted);
	sweep_locks(task, image->kept, wanted);
	if (!wanted)
		bpf_task_storage_delete(&target_images, task);
	if (!named && !act->active[IMAGE_SCHEDULE])
		bpf_task_storage_delete(&images, task);
	return 0;
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
		image = make_storage(&images, task);
		if (!image)
			lose_thread(leader);
	}
	if (!image) {
		if (ctl->sweep) {
			sweep_calls(task, 0, 0);
			sweep_locks(task, 0, 0);
		}
		return 0;
	}
	u32 followed = *(volatile u32 *)&image->followed;
	follow(act, image, followed, still_follows(act, task, followed ? followed : ancestor));
	names.policies[NAMED_BY_ANCESTOR] = image->followed;

	/* What has been counting until now: an image that a passed deadline has stopped begins anew. */
	u32 ended = image->images;
	u64 stop = stopped_at(image, now); /* by what has named it until now */
	u32 counting = ended & images_for_process(act, image);
	u32 counting_thread = images_for_thread(act, image);
	image->images = counting;
	image->named = names.named;
	u32 wanted = images_for_process(act, image), fresh = wanted & ~counting;
	if (ended & ~wanted & 1 << IMAGE_LEDGER)
		stop_ledger(task, &image->keytime, stop, now);
	if (!counting && task == leader)
		image->incomplete = 0;
	if (fresh)
		begin_images(task, image, fresh, now);
	if (image->schedule_epoch != act->schedule_epoch) {
		image->run_delay_seen = task->sched_info.run_delay;
		image->schedule_epoch = act->schedule_epoch;
	}
	u64 begun_in = image->keytime.state;
	image->kept |= wanted;
	image->images = wanted;
	if (fresh & 1 << IMAGE_LEDGER) {
		if (image->keytime.since == now) /* it may have gone to sleep uncounted */
			begun_in = image->keytime.state = state_of(task);
		tell_first_slice(task, image, NULL, now, begun_in);
	}
	/*
	 * An exec may have made it one of the tool's own meanwhile, whose hook is over by now, and has taken
	 * away the names that are in the image.
	 */
	if (names.policies[NAMED_BY_ALL] && is_excepted(act, task, names.policies))
		image->policies[NAMED_BY_ALL] = image->kept = image->images = 0;

	wanted = images_for_thread(act, image);
	struct target_image *target = wanted ? make_storage(&target_images, task)
					     : bpf_task_storage_get(&target_images, task, 0, 0);
	if (target) {
		if (target->images & ~wanted & 1 << IMAGE_LEDGER)
			stop_ledger(task, &target->keytime, stop, now);
		fresh = wanted & ~(target->images & counting_thread);
		if (fresh)
			begin_target_images(task, target, fresh, now);
		begun_in = target->keytime.state;
		target->kept |= wanted;
		target->images = wanted;
		if (fresh & 1 << IMAGE_LEDGER)
			tell_first_slice(task, image, target, now, begun_in);
	} else if (wanted) {
		lose(LOSS_STORAGE);
	}

	if (ctl->sweep)
		sweep_task(task, image, wanted, names.named);
	return 0;
}

#endif
