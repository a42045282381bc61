/* SPDX-License-Identifier: GPL-2.0 */
/* Every map, and how it is looked up. */
#ifndef PROC_IMAGE_MAPS_H
#define PROC_IMAGE_MAPS_H

#define CAUSES 4 /* signals that are kept: some may be blocked when another one comes */

/* Key times of a thread since they are imaged. */
struct keytime {
	struct keytime_stats stats;
	/* Up to when the times of stats have everything, and the kernel's books as of then. */
	u64 since; /* CLOCK_BOOTTIME in ns */
	u64 runtime;
	u64 delay;
	u64 state;	 /* enum time_state: what the time from then on goes to, beyond these two */
	u64 slice_begin; /* of the slice that is going on; 0 while there is none */
	u64 slice_wait;
	u64 slice_runtime; /* se.sum_exec_runtime at its beginning */
	u32 slices_lost;   /* that nobody was told of, since the last one that was */
	u32 blocks;	   /* 1: at the place with that hash */
	u32 places;	   /* that were new */
	u32 pad;
	u64 blocks_at;
	u64 version; /* odd while these change: whoever copies them takes care */
};

struct waker {
	u32 kind; /* enum waker_kind */
	s32 tid;
	char comm[COMM_SIZE];
};

/* Of the leader while key times are imaged: signals that are going to end the process. */
struct fatal_signals {
	struct death_cause causes[CAUSES];
	u64 next; /* the index that another signal overwrites */
};

/*
 * What a task carries while it is imaged, or while the system's run-queue delay is (each task's last arrival
 * must be known for that). It lives and dies with the task: nothing to look up by pid, nothing to fill up,
 * nothing stale.
 */
struct task_image {
	union {
		u16 policies[NAMES];
		u64 named; /* 0: by no policy */
	};
	u32 images;	/* that count for the process */
	u32 kept;	/* images, and those that were deactivated but not swept yet */
	u32 folded;	/* the thread is exiting: its figures have moved to its process */
	u32 was_leader; /* when it exited */
	u32 followed;	/* the slot that counts this task in activity.followed */
	u32 schedule_epoch;
	u32 incomplete;	    /* of the leader: a thread of the process is not imaged, or an event is lost */
	u64 run_delay_seen; /* sched_info.run_delay as of the last arrival on a CPU */
	u64 schedule_since;
	u64 keytime_since;
	u64 ledger_since;
	u64 syscall_since;
	u64 lock_since;
	struct histogram schedule;
	struct keytime keytime;
	struct waker waker;	  /* who has woken it up since it got its CPU */
	struct waker slice_waker; /* before it got its CPU */
	/* Of the leader alone, for the process: */
	struct histogram schedule_gone;
	struct keytime_stats keytime_gone;
	u64 exit_time;
	struct memory_usage memory; /* at death */
	/* Of the portraits iterator, that have written the process record: a controller never disturbs the
	 * loader. */
	u64 sessions[CALLERS];
};

/* What a thread that is a target itself carries besides, with a beginning of its own. */
struct target_image {
	u32 images;
	u32 kept;
	u32 incomplete; /* an event of it is lost */
	u32 pad;
	u64 schedule_since;
	u64 keytime_since;
	u64 ledger_since;
	u64 syscall_since;
	u64 lock_since;
	u64 exit_time;
	struct histogram schedule;
	struct keytime keytime;
};

#define NATIVE_NUMBERS	512
#define FOREIGN_NUMBERS 128

/*
 * The system calls of a process, carried by its leader, or of a thread that is a target. Of the rows each
 * number has its own from its first call on. Made at the first call.
 */
struct call_table {
	struct calls_record record;
	u8 native[NATIVE_NUMBERS];   /* row by number; 0: none yet */
	u8 foreign[FOREIGN_NUMBERS]; /* by a hash of those that are larger, below 0, or not native */
};

/* A call that a signal has interrupted. Only what happens next says whether it goes on or has failed. */
struct interrupted_call {
	u64 begin; /* CLOCK_BOOTTIME in ns, 0: not seen */
	u64 end;
	u64 instruction; /* where the program goes on */
	u64 stack;
	s32 number;
	u32 kind;	/* CALL_NONE: there is none */
	u32 may_resume; /* by the next call, if that is from the same place */
	u32 has_failed; /* with EINTR, if the program lives to see it */
};

#define INTERRUPTED_KEPT 3 /* handlers within handlers */

/* Of each thread that makes system calls while they are imaged: for the system's reference of any. */
struct thread_calls {
	u64 since; /* CLOCK_BOOTTIME in ns of the activation that kept is of */
	u64 told;  /* as in struct sequence_record */
	u32 next;  /* place in kept.calls */
	u32 epoch; /* activity.syscall_epoch at the beginning of the call */
	u64 begin; /* of the latest call, as here to kind; CLOCK_MONOTONIC in ns, 0: not seen */
	s32 number;
	u32 kind;
	u32 is_inside;	/* of that call */
	u32 generation; /* activity.generation in which its calls count for its process, since that moment,
			   and not for itself */
	u32 interrupted_used;
	u32 pad;
	struct interrupted_call interrupted[INTERRUPTED_KEPT]; /* the innermost last */
	struct kept_calls kept;
};

/* The futex(2) in which an imaged thread waits, or has waited last. */
struct lock_wait {
	u64 address;
	u64 begin;	 /* CLOCK_BOOTTIME in ns; 0: it is in none */
	u64 end;	 /* of one that a signal has interrupted, and that may go on; else 0 */
	u64 instruction; /* likewise: where the program goes on */
	u64 switches;	 /* task_struct.nvcsw at its beginning: a thread that sleeps raises it */
	u64 stack;	 /* pointer of the caller */
	u32 kind;	 /* enum lock_kind, by what was found then */
	u32 place;	 /* enum owner_place */
	u32 value;
	s32 owner;
	u32 has_timeout;
	u32 may_resume; /* of one that was interrupted: by the next call from the same place */
};

/* A call that takes a lock, and has not returned. */
struct lock_request {
	u64 address;
	u64 begin; /* CLOCK_BOOTTIME in ns */
	u64 stack; /* pointer, when it returns */
	u64 switches;
	u32 kind;
	u32 function;
	u32 library;
	u32 was_held; /* by another thread, at its beginning */
};

struct read_hold {
	u64 address;
	u64 begin; /* CLOCK_BOOTTIME in ns */
	u64 depth; /* 0: there is none */
};

#define LOCK_REQUESTS 4 /* within each other: in signal handlers */
#define READ_HOLDS    16

/* Of a thread of a process that is probed. */
struct lock_requests {
	u32 program; /* task_struct.self_exec_id: an exec makes another one */
	u32 probes;  /* the set of probes that has seen them */
	u32 used;
	u32 pad;
	struct lock_request requests[LOCK_REQUESTS]; /* the innermost last */
	struct lock_request spin;		     /* address 0: it spins at none */
	struct read_hold read_holds[READ_HOLDS];
};

/* The verifier lets no pointer become a number in a register, but one that is stored comes back as a number.
 */
struct percpu_anchor {
	u64 map;  /* the address of the map percpu_anchor */
	u64 here; /* the address of this very field, on this CPU */
};

struct deadline {
	struct bpf_timer timer;
	u64 when; /* CLOCK_BOOTTIME in ns, 0 for never: user space cannot touch it */
};

#define MAP(name, map_type, entries, key_type, value_type)                                                   \
	struct {                                                                                             \
		__uint(type, map_type);                                                                      \
		__uint(max_entries, entries);                                                                \
		__type(key, key_type);                                                                       \
		__type(value, value_type);                                                                   \
	} name SEC(".maps")

#define TASK_STORAGE(name, value_type)                                                                       \
	struct {                                                                                             \
		__uint(type, BPF_MAP_TYPE_TASK_STORAGE);                                                     \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                                        \
		__type(key, int);                                                                            \
		__type(value, value_type);                                                                   \
	} name SEC(".maps")

MAP(control, BPF_MAP_TYPE_ARRAY, 1, u32, struct control);
MAP(policies, BPF_MAP_TYPE_ARRAY, MAX_POLICIES, u32, struct policy);
MAP(targets, BPF_MAP_TYPE_HASH, MAX_POLICIES, struct target_key, u32);
MAP(activity, BPF_MAP_TYPE_ARRAY, 1, u32, struct activity);
MAP(deadlines, BPF_MAP_TYPE_ARRAY, MAX_POLICIES, u32, struct deadline);
MAP(losses, BPF_MAP_TYPE_PERCPU_ARRAY, LOSS_WORDS, u32, u64);
MAP(system, BPF_MAP_TYPE_PERCPU_ARRAY, 1, u32, struct system_stats);
MAP(exits, BPF_MAP_TYPE_ARRAY, 1, u32, struct exit_totals);
MAP(percpu_anchor, BPF_MAP_TYPE_PERCPU_ARRAY, 1, u32, struct percpu_anchor);
TASK_STORAGE(images, struct task_image);
TASK_STORAGE(target_images, struct target_image);
TASK_STORAGE(fatal_signals, struct fatal_signals);
TASK_STORAGE(process_calls, struct call_table);
TASK_STORAGE(target_calls, struct call_table);
TASK_STORAGE(thread_calls, struct thread_calls);
TASK_STORAGE(lock_waits, struct lock_wait);
TASK_STORAGE(lock_requests, struct lock_requests);

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENTS_SIZE);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, SLICES_SIZE);
} slices SEC(".maps");

/* Not allocated ahead: 4 KB each, and mostly there are few. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_BLOCKED);
	__type(key, struct blocked_key);
	__type(value, struct blocked_stats);
} blocked SEC(".maps");

/* Too large for the stack of a program. */
MAP(blocked_scratch, BPF_MAP_TYPE_PERCPU_ARRAY, 1, u32, struct blocked_stats);

/* Not allocated ahead: 2 KB each, and mostly there are few. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_LOCKS);
	__type(key, struct lock_key);
	__type(value, struct lock_stats);
} locks SEC(".maps");

/*
 * By life, and not in a task's storage: another thread that becomes the leader by an exec has the same life.
 * Not allocated ahead.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_LOCK_LIVES);
	__type(key, struct life);
	__type(value, struct locks_record);
} lock_totals SEC(".maps");

/* Of targets that are probed. Not allocated ahead, likewise. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_LOCK_USES);
	__type(key, struct lock_key);
	__type(value, struct lock_use);
} lock_uses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_USE_LIVES);
	__type(key, struct life);
	__type(value, struct uses_record);
} use_totals SEC(".maps");

/* For user space alone. Not allocated ahead: it has an entry for each life that is shown. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_SHOWN);
	__type(key, struct life);
	__type(value, struct shown);
} shown SEC(".maps");

static __always_inline struct control *get_control(void)
{
	u32 zero = 0;
	return bpf_map_lookup_elem(&control, &zero);
}

static __always_inline struct activity *get_activity(void)
{
	u32 zero = 0;
	return bpf_map_lookup_elem(&activity, &zero);
}

static __always_inline void lose(u32 cause)
{
	u64 *count = bpf_map_lookup_elem(&losses, &cause);
	if (count)
		__sync_fetch_and_add(count, 1);
}

/* Before 6.2 a lookup in task storage fails while this CPU is busy with another one. */
static __always_inline bool lookups_may_fail(void)
{
	return !bpf_core_type_exists(btf_bpf_task_storage_get_recur) && !bpf_core_type_exists(rqspinlock_t);
}

/*
 * What is kept of a task, made where there is none; in process context only. Of two CPUs that make a task's
 * first one, or the same one, at the same time, the kernel refuses one (EAGAIN, EEXIST); by then the other's
 * is there. NULL: out of memory, or, before 7.2, this CPU is busy with another one.
 */
static __always_inline void *make_storage(void *map, struct task_struct *task)
{
	void *made = bpf_task_storage_get(map, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return made ? made : bpf_task_storage_get(map, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* A thread cannot be imaged, or not wholly: where its process is, that is not complete. */
static __always_inline void lose_thread(struct task_struct *leader)
{
	struct task_image *process = bpf_task_storage_get(&images, leader, 0, 0);
	lose(LOSS_STORAGE);
	if (process)
		process->incomplete = 1;
}

/* Room for what user space is told of; counted as lost where there is none. size: a constant. */
static __always_inline void *reserve_event(u64 size)
{
	void *record = bpf_ringbuf_reserve(&events, size, 0);
	if (!record)
		lose(LOSS_EVENT);
	return record;
}

#endif
