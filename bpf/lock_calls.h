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

#define EPERM	   1
#define EOWNERDEAD 130 /* a robust mutex is taken over from a thread that has died with it */

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

/* Of the thread that runs; what is there of another program than this one, or of other probes, means nothing.
 */
static __always_inline struct lock_requests *requests_of(struct task_struct *task, u32 probes)
{
	struct lock_requests *requests = make_storage(&lock_requests, task);
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
