/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock image of a target, exactly: each call of the C library that takes a lock or gives it back, by
 * probes at the beginning of these functions and at their return. They are in that process alone. A hold
 * lasts from the return of the call that has taken the lock to the beginning of the one that gives it back.
 */
#ifndef PROC_IMAGE_LOCK_CALLS_H
#define PROC_IMAGE_LOCK_CALLS_H

/* Unrolled, a loop over conditions becomes more paths than the verifier walks. */
#define ROLLED _Pragma("clang loop unroll(disable)")

#define EPERM	      1
#define EOWNERDEAD    130 /* a robust mutex is taken over from a thread that has died with it */
#define MUSL_ROBUST   4	  /* musl: of the type of a mutex */
#define GLIBC_KIND_AT 16  /* glibc: where a mutex has its kind; musl: at its beginning */

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

static __always_inline u32 probe_function(u64 cookie)
{
	return cookie & 0xff;
}

static __always_inline u32 probe_kind(u64 cookie)
{
	return cookie >> 8 & 0xff;
}

static __always_inline u32 probe_library(u64 cookie)
{
	return cookie >> 16 & 0xff;
}

/* Each time a target is probed that is another set. */
static __always_inline u32 probe_set(u64 cookie)
{
	return cookie >> 32;
}

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
	use->is_target = 1;
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

/* Of the thread that runs; what is there of another program than this one, or of other probes, means nothing.
 */
static __always_inline struct lock_requests *requests_of(struct task_struct *task, u32 probes)
{
	struct lock_requests *requests =
		bpf_task_storage_get(&lock_requests, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!requests) {
		lose(LOSS_STORAGE);
		return NULL;
	}
	u32 program = BPF_CORE_READ(task, self_exec_id);
	if (requests->program != program || requests->probes != probes) {
		__builtin_memset(requests, 0, sizeof(*requests));
		requests->program = program;
		requests->probes = probes;
	}
	return requests;
}

__noinline int hold_read(struct lock_requests *requests, u64 address)
{
	if (!requests)
		return 0;
	ROLLED for (int i = 0; i < READ_HOLDS; i++)
	{
		struct read_hold *hold = &requests->read_holds[i];
		if (hold->depth && hold->address == address) {
			hold->depth++;
			return 0;
		}
	}
	ROLLED for (int i = 0; i < READ_HOLDS; i++)
	{
		struct read_hold *hold = &requests->read_holds[i];
		if (!hold->depth) {
			hold->address = address;
			hold->depth = 1;
			hold->begin = bpf_ktime_get_boot_ns();
			return 0;
		}
	}
	lose(LOSS_LOCK);
	return 0;
}

/* Of the hold that ends: when it began. 0: it goes on, or was not seen. */
__noinline u64 end_read(struct lock_requests *requests, u64 address)
{
	if (!requests)
		return 0;
	ROLLED for (int i = 0; i < READ_HOLDS; i++)
	{
		struct read_hold *hold = &requests->read_holds[i];
		if (hold->depth && hold->address == address)
			return --hold->depth ? 0 : hold->begin;
	}
	return 0;
}

static __noinline int acquired(struct counting *counting, struct lock_requests *requests,
			       struct lock_request *request, u32 is_contended)
{
	if (!counting || !requests || !request)
		return 0;
	struct lock_step step = {
		.address = request->address,
		.kind = request->kind,
		.what = STEP_ACQUIRED,
		.is_contended = is_contended,
		.library = request->library,
		.begin = request->begin,
		.time = bpf_ktime_get_boot_ns() - request->begin,
	};
	count_for(counting, &step);
	if (request->kind == LOCK_READ)
		hold_read(requests, request->address);
	return 0;
}

/*
 * How many calls have not returned to frames further out than this one: what is further in was left by a
 * jump. The stack grows down, so they are the first ones.
 */
__noinline u32 requests_outside(struct lock_requests *requests, u64 stack)
{
	u32 count = 0;
	if (!requests)
		return 0;
	ROLLED for (u32 i = 0; i < LOCK_REQUESTS;
		    i++) if (i < requests->used && requests->requests[i].stack > stack) count = i + 1;
	return count;
}

/* A call at the same lock is part of the one that goes on: a library calls its own functions. */
static __always_inline bool is_part_of_another(struct lock_requests *requests, u64 address, u64 stack)
{
	u64 last = requests_outside(requests, stack) - 1;
	if (last >= LOCK_REQUESTS)
		return false;
	barrier_var(last);
	return requests->requests[last & (LOCK_REQUESTS - 1)].address == address;
}

static __noinline int push_request(struct lock_requests *requests, struct lock_request *request)
{
	if (!requests || !request || is_part_of_another(requests, request->address, request->stack))
		return 0;
	u64 at = requests_outside(requests, request->stack);
	if (at >= LOCK_REQUESTS) {
		lose(LOSS_LOCK);
		return 0;
	}
	barrier_var(at);
	requests->requests[at & (LOCK_REQUESTS - 1)] = *request;
	requests->used = at + 1;
	return 1;
}

static __noinline int give_back(struct counting *counting, struct lock_requests *requests,
				struct release *release)
{
	if (!counting || !requests || !release)
		return 0;
	if (release->kind != LOCK_READ) {
		release_for(counting, release);
		return 0;
	}
	/* pthread_rwlock_unlock(3) ends either. */
	release->kind = LOCK_WRITE;
	if (release_for(counting, release))
		return 0;
	u64 begin = end_read(requests, release->address);
	if (!begin)
		return 0;
	struct lock_step step = {
		.address = release->address,
		.kind = LOCK_READ,
		.what = STEP_READ,
		.begin = begin,
		.time = bpf_ktime_get_boot_ns() - begin,
	};
	count_for(counting, &step);
	return 0;
}

/* A spin lock that cannot be probed at its beginning: where it spins, and where it returns. */
static __noinline int spin(struct counting *counting, struct lock_requests *requests, u64 address, u32 has_it)
{
	if (!counting || !requests)
		return 0;
	struct lock_request *request = &requests->spin;
	if (!has_it) {
		if (request->address != address) {
			request->address = address;
			request->begin = bpf_ktime_get_boot_ns();
		}
		return 0;
	}
	u32 has_spun = request->address == address;
	request->address = address;
	request->kind = LOCK_SPIN;
	acquired(counting, requests, request, has_spun);
	request->address = 0;
	return 0;
}

static __noinline int lock_called(u64 cookie, u64 first, u64 second, u64 stack)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct counting counting = {};
	if (!find_counting(&counting, task, probe_set(cookie)))
		return 0;
	struct lock_requests *requests = requests_of(task, counting.probes);
	if (!requests)
		return 0;
	u32 function = probe_function(cookie), kind = probe_kind(cookie);
	u64 address = function == LOCK_WAIT ? second : first;
	if (function == LOCK_SPINS || function == LOCK_SPUN)
		return spin(&counting, requests, address, function == LOCK_SPUN);
	struct release release = {
		.address = address,
		.kind = kind,
		.library = probe_library(cookie),
		.stack = stack - RETURN_ADDRESS,
		.is_whole = function == LOCK_WAIT,
	};
	if (function == LOCK_RELEASE) {
		if (!is_part_of_another(requests, address, stack))
			give_back(&counting, requests, &release);
		return 0;
	}
	s32 holder = holder_of(&counting, task, address, kind == LOCK_READ ? LOCK_WRITE : kind);
	struct lock_request request = {
		.address = address,
		.begin = bpf_ktime_get_boot_ns(),
		.stack = stack,
		.switches = BPF_CORE_READ(task, nvcsw),
		.kind = kind,
		.function = function,
		.library = release.library,
		.was_held = holder && holder != (s32)bpf_get_current_pid_tgid(),
	};
	if (push_request(requests, &request) && function == LOCK_WAIT)
		release_for(&counting, &release);
	return 0;
}

static __noinline int lock_returned(u64 cookie, s32 result, u64 stack)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct counting counting = {};
	struct lock_requests *requests = bpf_task_storage_get(&lock_requests, task, 0, 0);
	if (!requests || !requests->used || requests->probes != probe_set(cookie) ||
	    requests->program != BPF_CORE_READ(task, self_exec_id))
		return 0;
	u64 last = requests_outside(requests, stack);
	if (last >= requests->used || last >= LOCK_REQUESTS)
		return 0;
	barrier_var(last);
	struct lock_request *request = &requests->requests[last & (LOCK_REQUESTS - 1)];
	if (request->stack != stack)
		return 0; /* of a call that is part of this one */
	requests->used = last;
	if (!find_counting(&counting, task, requests->probes))
		return 0;
	u32 has_slept = BPF_CORE_READ(task, nvcsw) != request->switches;
	if (request->function == LOCK_WAIT && result != EPERM) { /* that one does not have the mutex */
		acquired(&counting, requests, request,
			 0); /* most of the time it has waited for something else */
		return 0;
	}
	if (!result || result == EOWNERDEAD) {
		acquired(&counting, requests, request, request->was_held || has_slept);
		return 0;
	}
	struct lock_step step = {.address = request->address, .kind = request->kind, .what = STEP_FAILED};
	count_for(&counting, &step);
	return 0;
}

/* Null where there is none of this activation. */
static __always_inline struct uses_record *find_uses(struct task_struct *task, s32 life_tid, u64 since)
{
	struct life life;
	fill_life(&life, task, life_tid);
	struct uses_record *uses = bpf_map_lookup_elem(&use_totals, &life);
	return uses && uses->since == since ? uses : NULL;
}

/* Set before the load: the kernel has no link of many probes (6.12), so each is a perf event of its own. */
const volatile bool probes_are_alone = false;

/*
 * Such an event is of the process while its first thread has its memory. After that thread has ended the
 * traps call nothing more.
 */
static __noinline int lock_end_leader(struct task_struct *task)
{
	if (!probes_are_alone || !task || task->pid != task->tgid || !task->signal->live.counter)
		return 0;
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	if (!image || !find_uses(task, 0, image->lock_since))
		return 0;
	image->incomplete = 1;
	lose(LOSS_LOCK);
	return 0;
}

/* Of a life that has ended, or of an image whose figures are forgotten. The maps by lock are user space's. */
static __noinline int forget_locks(struct task_struct *task, s32 life_tid)
{
	struct life life;
	if (!task)
		return 0;
	fill_life(&life, task, life_tid);
	bpf_map_delete_elem(&lock_totals, &life);
	bpf_map_delete_elem(&use_totals, &life);
	return 0;
}

#endif
