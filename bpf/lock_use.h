/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a life uses its locks, by what probes have seen: what it has taken, and how long it has held it. A hold
 * lasts from the return of the call that has taken the lock to the beginning of the one that gives it back.
 */
#ifndef PROC_IMAGE_LOCK_USE_H
#define PROC_IMAGE_LOCK_USE_H

#define MUSL_ROBUST   4	 /* musl: of the type of a mutex */
#define GLIBC_KIND_AT 16 /* glibc: where a mutex has its kind; musl: at its beginning */

const struct lock_use fresh_use = {
	.figures = {.acquires = {.min = ~0ULL}, .holds = {.min = ~0ULL}},
};

const struct uses_record fresh_uses = {
	.header = {.type = RECORD_USES, .size = sizeof(struct uses_record)},
	.kinds =
		{
			{.acquires = {.min = ~0ULL}, .holds = {.min = ~0ULL}},
			{.acquires = {.min = ~0ULL}, .holds = {.min = ~0ULL}},
			{.acquires = {.min = ~0ULL}, .holds = {.min = ~0ULL}},
			{.acquires = {.min = ~0ULL}, .holds = {.min = ~0ULL}},
		},
};

/* Whose figures a call goes into: the process, the thread that is a target itself, or both. */
struct counting {
	u64 process_since; /* 0: it does not count */
	u64 thread_since;
	u32 probes;
	u32 pad;
};

/* The set of probes of a policy, 0 where it counts no locks by probes now. */
static __always_inline u32 probes_of(struct activity *act, u32 slot)
{
	if (!slot || !test_slot(act->collect[IMAGE_LOCK], slot))
		return 0;
	struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
	return policy && policy->flags & POLICY_EXACT ? policy->probes : 0;
}

/*
 * All threads of a process run into the probes of each policy that has some there. One set counts: that of
 * the process, and where it has none that of the thread.
 */
static __noinline int find_counting(struct counting *counting, struct task_struct *task, u32 probes)
{
	struct activity *act = get_activity();
	struct task_image *image = task ? bpf_task_storage_get(&images, task, 0, 0) : NULL;
	if (!counting || !act || !act->active[IMAGE_LOCK] || !image || !image->named)
		return 0;
	u32 of_process = probes_of(act, image->policies[NAMED_BY_PROCESS]);
	u32 of_thread = probes_of(act, image->policies[NAMED_BY_THREAD]);
	if (!probes || probes != (of_process ? of_process : of_thread))
		return 0;
	counting->probes = probes;
	if (of_process && image->images & 1 << IMAGE_LOCK)
		counting->process_since = image->lock_since;
	struct target_image *target = of_thread ? bpf_task_storage_get(&target_images, task, 0, 0) : NULL;
	if (target && target->images & 1 << IMAGE_LOCK)
		counting->thread_since = target->lock_since;
	return counting->process_since || counting->thread_since;
}

static __always_inline void fill_key(struct lock_key *key, struct task_struct *task, s32 life_tid,
				     u64 address, u32 kind)
{
	__builtin_memset(key, 0, sizeof(*key));
	fill_life(&key->life, task, life_tid);
	key->address = address;
	key->kind = kind;
	key->program = BPF_CORE_READ(task, self_exec_id);
}

static __noinline int reset_figures(struct use_figures *figures)
{
	if (!figures)
		return 0;
	histogram_reset(&figures->acquires);
	histogram_reset(&figures->holds);
	figures->acquisitions = figures->contended = figures->failures = 0;
	return 0;
}

/* What another set of probes knew of who holds it is no longer true: nobody has seen what came between. */
static __always_inline struct lock_use *use_of(struct lock_key *key, u64 since, u32 probes, bool make)
{
	struct lock_use *use = bpf_map_lookup_elem(&lock_uses, key);
	if (!use && make) {
		bpf_map_update_elem(&lock_uses, key, &fresh_use, BPF_NOEXIST);
		use = bpf_map_lookup_elem(&lock_uses, key);
	}
	if (!use)
		return NULL;
	u32 begins = begin_at(&use->since, since);
	if (begins == BEGINS_ELSEWHERE)
		return NULL;
	if (begins != HAS_BEGUN)
		use->first = bpf_ktime_get_boot_ns();
	if (begins == BEGINS_ANEW) {
		reset_figures(&use->figures);
		use->longest.time = 0;
		end_beginning(&use->since, since);
	}
	if (use->probes != probes) {
		use->holder = use->depth = 0;
		use->probes = probes;
	}
	return use;
}

static __always_inline struct uses_record *uses_of(struct life *life, u64 since)
{
	struct uses_record *uses = bpf_map_lookup_elem(&use_totals, life);
	if (!uses) {
		bpf_map_update_elem(&use_totals, life, &fresh_uses, BPF_NOEXIST);
		uses = bpf_map_lookup_elem(&use_totals, life);
	}
	if (!uses)
		return NULL;
	uses->tgid = life->tgid;
	uses->tid = life->tid;
	uses->start_id = life->start_id;
	u32 begins = begin_at(&uses->since, since);
	if (begins == BEGINS_ANEW) {
		for (int kind = 0; kind < USE_KINDS; kind++)
			reset_figures(&uses->kinds[kind]);
		end_beginning(&uses->since, since);
	}
	return begins == BEGINS_ELSEWHERE ? NULL : uses;
}

/* What has happened at a lock, for one life. */
struct lock_step {
	u64 address;
	u64 begin;
	u64 time; /* ns: of a request that had to wait, or of a hold */
	u64 since;
	s32 life_tid;
	u32 kind;
	u32 what; /* enum step */
	u32 is_contended;
	u32 library;
	u32 probes;
};

enum step {
	STEP_ACQUIRED,
	STEP_FAILED,
	STEP_READ, /* a read hold has ended: time has how long it was */
};

static __noinline int add_step(struct use_figures *figures, struct lock_step *step)
{
	if (!figures || !step)
		return 0;
	if (step->what == STEP_FAILED) {
		__sync_fetch_and_add(&figures->failures, 1);
	} else if (step->what == STEP_READ) {
		histogram_fold_one(&figures->holds, step->time, bucket_of(step->time));
	} else {
		__sync_fetch_and_add(&figures->acquisitions, 1);
		if (step->is_contended && step->begin >= step->since) {
			__sync_fetch_and_add(&figures->contended, 1);
			histogram_fold_one(&figures->acquires, step->time, bucket_of(step->time));
		}
	}
	return 0;
}

/* Error-checking, recursive and robust mutexes refuse whoever does not hold them. */
__noinline int refuses_others(u64 address, u32 library)
{
	u32 kind = 0;
	if (bpf_probe_read_user(&kind, sizeof(kind),
				(void *)(library == LOCK_GLIBC ? address + GLIBC_KIND_AT : address)))
		return 0;
	u32 type = kind & MUTEX_TYPE;
	return type == 1 || type == 2 || kind & (library == LOCK_GLIBC ? MUTEX_ROBUST : MUSL_ROBUST);
}

__noinline int is_recursive(u64 address, u32 library)
{
	u32 kind = 0;
	return !bpf_probe_read_user(&kind, sizeof(kind),
				    (void *)(library == LOCK_GLIBC ? address + GLIBC_KIND_AT : address)) &&
	       (kind & MUTEX_TYPE) == MUTEX_RECURSIVE;
}

/* Not static: then it is verified once, as those below. */
__noinline int count_step(struct lock_step *step)
{
	struct task_struct *task = bpf_get_current_task_btf();
	if (!step || step->kind < LOCK_MUTEX || step->kind >= LOCK_KINDS)
		return 0;
	/* What began before an activation has no time in it. */
	if (step->begin < step->since && step->what == STEP_READ)
		return 0;
	struct lock_key key;
	fill_key(&key, task, step->life_tid, step->address, step->kind);
	struct lock_use *use = use_of(&key, step->since, step->probes, true);
	struct uses_record *uses = uses_of(&key.life, step->since);
	u32 kind = step->kind - LOCK_MUTEX;
	if (!use || !uses)
		lose(LOSS_LOCK);
	if (uses && kind < USE_KINDS)
		add_step(&uses->kinds[kind], step);
	if (!use)
		return 0;
	add_step(&use->figures, step);
	if (step->what != STEP_ACQUIRED || step->kind == LOCK_READ)
		return 0;
	s32 tid = BPF_CORE_READ(task, pid);
	if (use->holder == tid && step->kind == LOCK_MUTEX && is_recursive(step->address, step->library)) {
		use->depth++;
		return 0;
	}
	/* Whoever had it has given it back without a call that was seen, or has died with it. */
	use->holder = tid;
	use->depth = 1;
	use->held_since = bpf_ktime_get_boot_ns();
	return 0;
}

struct release {
	u64 address;
	u64 since;
	u64 stack;
	s32 life_tid;
	u32 kind;
	u32 library;
	u32 is_whole; /* however often it was taken: a condition is waited for */
	u32 probes;
};

/* Returns whether this life holds it so. */
__noinline int count_release(struct release *release)
{
	struct task_struct *task = bpf_get_current_task_btf();
	if (!release || release->kind < LOCK_MUTEX || release->kind >= LOCK_KINDS)
		return 0;
	u64 now = bpf_ktime_get_boot_ns();
	s32 tid = BPF_CORE_READ(task, pid);
	struct lock_key key;
	fill_key(&key, task, release->life_tid, release->address, release->kind);
	struct lock_use *use = use_of(&key, release->since, release->probes, false);
	if (!use || !use->holder)
		return 0; /* it was taken before anybody looked */
	if (use->holder != tid && (release->kind != LOCK_MUTEX || release->is_whole ||
				   refuses_others(release->address, release->library)))
		return 0;
	if (use->depth > 1 && !release->is_whole) {
		use->depth--;
		return 1;
	}
	u64 time = now - use->held_since;
	u32 bucket = bucket_of(time), kind = release->kind - LOCK_MUTEX;
	struct uses_record *uses = uses_of(&key.life, release->since);
	histogram_fold_one(&use->figures.holds, time, bucket);
	if (uses && kind < USE_KINDS)
		histogram_fold_one(&uses->kinds[kind].holds, time, bucket);
	if (time > use->longest.time) {
		struct noted noted = {.time = time, .stack = release->stack, .owner = use->holder};
		keep_longest(&use->longest, &noted);
	}
	use->depth = 0;
	use->holder = 0;
	return 1;
}

/* As its process knows; a thread that is a target alone knows of no others. */
static __always_inline s32 holder_of(struct counting *counting, struct task_struct *task, u64 address,
				     u32 kind)
{
	struct lock_key key;
	fill_key(&key, task, 0, address, kind);
	struct lock_use *use = counting->process_since ? bpf_map_lookup_elem(&lock_uses, &key) : NULL;
	return use && use->since == counting->process_since && use->probes == counting->probes ? use->holder
											       : 0;
}

/* For its process, and for itself where the thread is a target. */
static __noinline int count_for(struct counting *counting, struct lock_step *step)
{
	if (!counting || !step)
		return 0;
	step->probes = counting->probes;
	if (counting->process_since) {
		step->since = counting->process_since;
		step->life_tid = 0;
		count_step(step);
	}
	if (counting->thread_since) {
		step->since = counting->thread_since;
		step->life_tid = (s32)bpf_get_current_pid_tgid();
		count_step(step);
	}
	return 0;
}

static __noinline int release_for(struct counting *counting, struct release *release)
{
	int is_held = 0;
	if (!counting || !release)
		return 0;
	release->probes = counting->probes;
	if (counting->process_since) {
		release->since = counting->process_since;
		release->life_tid = 0;
		is_held = count_release(release);
	}
	if (counting->thread_since) {
		release->since = counting->thread_since;
		release->life_tid = (s32)bpf_get_current_pid_tgid();
		is_held |= count_release(release);
	}
	return is_held;
}

#endif
