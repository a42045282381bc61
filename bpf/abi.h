/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between the kernel side and user space: every structure and constant that crosses it.
 * Includes nothing; __u16, __u32, __s32, __u64 and __s64 come from whoever includes it. src/Abi mirrors it in
 * C#, and tests/Abi proves the mirror, name by name and offset by offset.
 */
#ifndef PROC_IMAGE_ABI_H
#define PROC_IMAGE_ABI_H

/* Raised whenever anything below changes: a loader or controller of another version refuses the pins. */
#define ABI_VERSION 8

#define COMM_SIZE	  16
#define MAX_POLICIES	  1024 /* slot 0 is never used: it means 'no policy' */
#define POLICY_WORDS	  (MAX_POLICIES / 64)
#define HISTOGRAM_BUCKETS 25 /* up to 2^11, 2^12, ... 2^34 ns, and above */
#define FIRST_BOUND_LOG2  11
#define EVENTS_SIZE	  (4 << 20) /* bytes of the ring buffer */
#define SLICES_SIZE	  (8 << 20) /* bytes of the ring buffer of slices */
#define MAX_BLOCKED	  8192	    /* places at which lives have blocked */
#define KERNEL_FRAMES	  48	    /* kept of a kernel stack */
#define USER_FRAMES	  127	    /* kept of a user stack */
#define STACK_WORDS	  256	    /* kept from the top of the user stack's memory */
#define PLACE_WORDS	  48 /* of them, that tell places apart, where a walk has found more than FEW_FRAMES */
#define FEW_FRAMES	  3  /* else all of them do: such a walk has found next to nothing */
#define MAX_SHOWN	  32768 /* lives whose figures outlive their loader */
#define MAX_PINS	  64
#define FILE_SIZE	  256 /* bytes kept of the path of a program, with the closing zero */
#define ARGUMENTS_SIZE	  512 /* bytes kept of its arguments */
#define CGROUP_LEVELS	  8   /* kept of the path of a cgroup, from its end */
#define CGROUP_NAME_SIZE  80

/* Of system calls. */
#define CALL_ROWS	  120 /* different system calls of a life; the others share the first row */
#define CALL_ERRORS	  64  /* different errors of them */
#define CALLS_KEPT	  52 /* of a thread: the latest, some more than are shown, since they change meanwhile */
#define CALLS_AT_DEATH	  8	  /* threads that were in a system call when their process died */
#define CALL_TIME_UNKNOWN (~0ULL) /* its beginning was not seen, or it has not ended */
#define MAX_LOCKS	  16384	  /* addresses that lives have waited at */
#define MAX_LOCK_LIVES	  32768	  /* lives that have waited */
#define MAX_LOCK_USES	  4096	  /* locks of targets that are probed */
#define WAIT_KINDS	  2	  /* kinds of locks: what is known of a wait in futex(2) */
#define USE_KINDS	  4	  /* and by probes: all but the first */
#define MAX_USE_LIVES	  1024
#define LOCK_FRAMES	  64  /* kept of the user stack of the longest wait */
#define LOCK_WORDS	  128 /* and from the top of its memory */

enum image {
	IMAGE_KEYTIME = 0,
	IMAGE_LOCK = 1,
	IMAGE_RESOURCE = 2,
	IMAGE_SYSCALL = 3,
	IMAGE_SCHEDULE = 4,
	IMAGE_LEDGER = 5, /* what key times 1 adds to keytime: where the time goes */
	IMAGES = 6,
};

/* Which policies name a task: at most one of each kind, since a target has one policy. */
enum name {
	NAMED_BY_ALL = 0,
	NAMED_BY_PROCESS = 1,
	NAMED_BY_THREAD = 2,
	NAMED_BY_ANCESTOR = 3,
	NAMES = 4,
};

enum target_kind {
	TARGET_NONE = 0, /* the slot is free */
	TARGET_ALL = 1,
	TARGET_PROCESS = 2,
	TARGET_THREAD = 3,
	TARGET_IDLE = 4, /* the idle task of a CPU */
};

enum policy_flag {
	POLICY_INCLUDE_SELF = 1, /* the tool's own processes too */
	POLICY_FOLLOW = 2,	 /* processes that the target starts, and those that they start */
	POLICY_EXACT = 4,	 /* its locks by probes */
};

enum loss {
	LOSS_STORAGE = 0, /* a task's storage could not be made: the task is not imaged */
	LOSS_EVENT = 1,	  /* the ring buffer was full: an event, a final record or a notice is missing */
	LOSS_TIMER = 2,	  /* a deadline could not be armed: its policy was ended at once */
	LOSS_LOOKUP = 3,  /* before 6.2: a task's storage could not be looked up when it got a CPU */
	LOSS_SLICE = 4,	  /* the ring buffer of slices was full: a timeline has a gap */
	LOSS_STACK = 5,	  /* there was no room for a stack: a blocked time is missing */
	LOSS_LOCK = 6,	  /* there was no room for a lock, or for a life that waits: a wait is missing */
	LOSS_RUN = 7,	  /* the kernel has left out the program of a hook; counted by the loader */
	LOSSES = 8,
};

#define LOSS_WORDS 9 /* of the map of losses: behind them, how many runs the loader has seen left out */

enum record_type {
	RECORD_PROCESS = 1,	  /* struct process_record, from the portraits iterator */
	RECORD_THREAD = 2,	  /* struct thread_record, of a thread of an imaged process */
	RECORD_TARGET = 3,	  /* struct thread_record, of a thread that is a target itself */
	RECORD_FINAL_PROCESS = 4, /* struct process_record, sent when the process is gone for good */
	RECORD_FINAL_TARGET = 5,  /* struct thread_record, likewise */
	RECORD_POLICIES = 6,	  /* struct policies_record: policies were applied */
	RECORD_POLICY_ENDED = 7,  /* struct policies_record: a deadline has passed */
	RECORD_DEATH = 8,	  /* struct process_record, sent when the last thread exits */
	RECORD_EXCEPTED = 9,	  /* struct excepted_record: a process has become one of the tool's own */
	RECORD_IDLE = 10,	  /* struct idle_record, from the idle iterator */
	RECORD_SLICE = 12,	  /* struct slice_record, from the ring buffer of slices */
	RECORD_EVENT = 11,	  /* struct life_event and what its kind adds */
	RECORD_CALLS = 13,	  /* struct calls_record, after that of its process or thread */
	RECORD_SEQUENCE = 14,	  /* struct sequence_record, from the sequences iterator */
	RECORD_LOCKS = 15,	  /* struct locks_record, after that of its process or thread */
	RECORD_WAIT = 16,	  /* struct wait_record, from the waits iterator */
	RECORD_USES = 17,	  /* struct uses_record, likewise after that of its process or thread */
};

enum record_flag {
	RECORD_IN_EXEC = 1, /* another thread is taking the leader's place: figures are between two owners */
	RECORD_DEAD = 2,    /* the process is dead; it may still wait to be reaped */
	RECORD_LEADER = 4,
	RECORD_NAMED = 8,	/* named by a policy of its own, not only by that of all processes */
	RECORD_OOM = 16,	/* killed for want of memory */
	RECORD_SLICES = 64,	/* its slices are told while it has a ledger */
	RECORD_INCOMPLETE = 32, /* a thread of it could not be imaged, or an event of it was lost */
};

/* What follows a process_record or thread_record, in this order. */
enum part_flag {
	PART_SCHEDULE = 1, /* struct histogram */
	PART_KEYTIME = 2,  /* struct keytime_stats */
	PART_CAUSE = 4,	   /* struct death_cause */
};

enum event_kind {
	EVENT_FORK = 1,	  /* struct fork_event: a process begins by fork(2) or clone(2) */
	EVENT_VFORK = 2,  /* struct fork_event: likewise, and the parent waits for it */
	EVENT_CLONE = 3,  /* struct fork_event: a thread begins */
	EVENT_EXEC = 4,	  /* struct exec_event */
	EVENT_RENAME = 5, /* struct rename_event */
	EVENT_EXIT = 6,	  /* struct exit_event: a thread ends, and its process goes on */
	EVENT_OOM = 7,	  /* struct oom_event: the kernel kills the process for want of memory */
};

/* Whom an event is told of. */
enum event_flag {
	EVENT_OF_PROCESS = 1, /* the process that it happens to */
	EVENT_OF_THREAD = 2,  /* the thread that it happens to, which is a target itself */
	EVENT_OF_CHILD = 4,   /* the process that begins */
};

/* Why a thread has left the CPU. */
enum slice_end {
	SLICE_PREEMPTED = 1,
	SLICE_YIELDED = 2,  /* sched_yield(2) */
	SLICE_SLEEPING = 3, /* this and the next two: what it does then, as enum time_state */
	SLICE_DISK = 4,
	SLICE_STOPPED = 5,
	SLICE_EXITED = 6,
};

/* Who has woken a thread up. */
enum waker_kind {
	WAKER_NONE = 0, /* it was not asleep, or nobody knows */
	WAKER_THREAD = 1,
	WAKER_INTERRUPT = 2, /* a timer, a device: whoever ran there had nothing to do with it */
};

/* Where the time of a thread goes. */
enum time_state {
	TIME_RUNNING = 0,  /* on a CPU: se.sum_exec_runtime */
	TIME_STOLEN = 1,   /* on a CPU that the hypervisor or an interrupt has taken */
	TIME_RUNNABLE = 2, /* waiting for a CPU: sched_info.run_delay */
	TIME_SLEEPING = 3,
	TIME_DISK = 4,	  /* uninterruptible: storage, vfork(2), locks in the kernel */
	TIME_STOPPED = 5, /* by a signal or a tracer, or by a freezer that did not find it asleep */
	TIME_STATES = 6,
};

/* Where the signal came from that has ended a process. */
enum origin {
	ORIGIN_UNKNOWN = 0, /* it came before key times were imaged, or when there was a handler for it */
	ORIGIN_KILL = 1,    /* kill(2) */
	ORIGIN_TGKILL = 2,  /* tgkill(2), tkill(2): raise(3) and abort(3) too */
	ORIGIN_QUEUE = 3,   /* sigqueue(3) */
	ORIGIN_FAULT = 4,   /* an instruction of the process itself */
	ORIGIN_TIMER = 5,   /* a timer of the process */
	ORIGIN_KERNEL = 6,
};

/* How the number of a system call is to be understood. */
enum call_kind {
	CALL_NONE = 0,
	CALL_NATIVE = 1,
	CALL_COMPAT = 2, /* as 32-bit programs number them */
	CALL_OTHER = 3,	 /* any: there was no row of its own */
};

/* What a thread waits for in futex(2). */
enum lock_kind {
	LOCK_FUTEX = 0, /* a condition, a semaphore, the end of a thread, a runtime's lock: nobody knows */
	LOCK_MUTEX = 1, /* a thread holds it: it inherits priority, or its memory has had an owner */
	LOCK_READ = 2,	/* of a pthread_rwlock_t; these two only by probes */
	LOCK_WRITE = 3,
	LOCK_SPIN = 4,
	LOCK_KINDS = 5,
};

/* What a probed function does: the cookie of a probe, with the kind in the second byte and the library in the
 * third. */
enum lock_function {
	LOCK_TAKE = 0, /* and returns when it has it, or cannot have it */
	LOCK_RELEASE = 1,
	LOCK_WAIT = 2,	/* for a condition: gives the mutex back, which is the second argument, and takes it
			   again */
	LOCK_SPINS = 3, /* not the beginning of a function: somebody else has it */
	LOCK_SPUN = 4,	/* likewise: it returns with it */
};

enum lock_library {
	LOCK_GLIBC = 0,
	LOCK_MUSL = 1,
};

/* Where the memory of a lock says who holds it: by the tid in the pid namespace of the process. */
enum owner_place {
	OWNER_NOWHERE = 0,
	OWNER_IN_WORD = 1,    /* that of priority inheritance: the kernel reads it itself */
	OWNER_IN_ROBUST = 2,  /* likewise by the value that is waited for, if what lies around it agrees */
	OWNER_IN_MUTEX = 3,   /* glibc: behind the word, if the rest looks like its mutex */
	OWNER_IN_MUTEX32 = 4, /* likewise of 32 bits */
};

enum exit_cause {
	EXIT_EXIT = 0,
	EXIT_SIGNAL = 1,
	EXIT_OOM = 2, /* killed for want of memory */
	EXIT_CAUSES = 3,
};

/* Who runs the apply iterator. */
enum caller {
	CALLER_LOADER = 0,
	CALLER_CONTROLLER = 1,
	CALLERS = 2,
};

/* Written by user space alone. */
struct control {
	__u32 abi;
	__u32 preloaded; /* mask of images */
	__s32 loader_pid;
	__u32 all_slot; /* slot of the policy that names every process, or 0 */
	__u32 sweep;	/* apply also forgets what deactivated images have counted */
	__u32 next_policy_id;
	__u32 next_sequence;
	__u32 caller; /* enum caller: who runs apply next */
	/* The kernel's ids of what was pinned at preload, in the order of Pins.All; 0 where nothing was. */
	__u32 pins[MAX_PINS];
};

/* A policy: user space writes it, the kernel side fills in start_id and deadline. */
struct policy {
	__u32 id;	/* what users see; 1, 2, 3, ... */
	__u32 kind;	/* enum target_kind */
	__s32 target;	/* tgid, tid or CPU */
	__u32 images;	/* mask */
	__u32 flags;	/* enum policy_flag */
	__u32 sequence; /* changes with every write: tells apply that there is something to do */
	__u64 start_id; /* the life it is bound to: start_boottime in ns; 0 until met */
	__u64 duration; /* in ns from the end of its activation, 0 for ever */
	__u64 deadline; /* CLOCK_BOOTTIME in ns, 0 until armed */
	__u64 created;	/* CLOCK_BOOTTIME in ns */
	__u32 keytime_level;
	__u32 syscall_sequence;
	__u32 probes; /* of the set of probes that count, as the upper half of their cookies has it; 0: none
		       */
	__u32 pad;
	char comm[COMM_SIZE];
};

/* Finds the slot of the policy of a target. */
struct target_key {
	__u32 kind;
	__s32 id;
};

/* Which policies count, as bits by slot. The kernel side alone writes them: a deadline needs nobody. */
struct activity {
	__u32 active[IMAGES]; /* how many live policies have the image */
	__u32 policies;	      /* how many live policies there are */
	__u32 schedule_epoch; /* raised when schedule goes from inactive to active */
	__u32 schedule_ready; /* the epoch in which every task has storage */
	__u32 syscall_epoch;  /* raised when syscall goes from inactive to active */
	__u64 live[POLICY_WORDS];
	__u64 ended[POLICY_WORDS];    /* the target has died or the deadline has passed */
	__u64 orphaned[POLICY_WORDS]; /* the target is gone: the policy ends with the last one it follows */
	__u64 collect[IMAGES][POLICY_WORDS];
	__u64 fresh[POLICY_WORDS];    /* their activation is under way */
	__u32 applied[MAX_POLICIES];  /* the policy's sequence that is in force */
	__u32 followed[MAX_POLICIES]; /* how many tasks it names by their ancestor, until freed */
	__u64 applied_at;	      /* CLOCK_BOOTTIME in ns of the last activation */
	/* The tool's own programs, learned when they run apply, by caller. */
	__u64 own_device[CALLERS];
	__u64 own_inode[CALLERS];
	/* Adding it to a run queue's clock gives CLOCK_BOOTTIME. 0: not known yet. */
	__u64 clock_offset;
	__u64 clock_offset_at; /* that clock, when it was found */
	__u64 slept;	       /* CLOCK_BOOTTIME less CLOCK_MONOTONIC in ns */
	__s32 loader_tgid;     /* as the kernel has it, whatever pid namespace the loader lives in */
	__u32 generation;      /* changes whenever what counts for a task may have changed */
};

/*
 * Key times of a thread, or of the threads of a process that are gone. times: in ns by enum time_state, what
 * is going on at the reading included; only with the ledger.
 */
struct keytime_stats {
	__u64 times[TIME_STATES];
	__u64 forks; /* processes it has started by fork(2) and clone(2) */
	__u64 vforks;
	__u64 threads; /* that it has started */
	__u64 execs;
};

/* The signal that has ended a process; signal is 0 where none is known. */
struct death_cause {
	__u32 signal;
	__u32 origin; /* enum origin */
	__s32 code;   /* si_code */
	/* The sender at that moment, where a process has sent it: else 0. */
	__s32 sender;	  /* tgid */
	__u32 sender_uid; /* in the first user namespace */
	__u32 has_address;
	__u64 address; /* of a fault */
	__u64 time;    /* CLOCK_BOOTTIME in ns */
	char sender_comm[COMM_SIZE];
};

/* Times in ns. How many there are is the sum of the buckets. */
struct histogram {
	__u64 sum;
	__u64 min; /* meaningless while there are none */
	__u64 max;
	__u64 buckets[HISTOGRAM_BUCKETS];
};

/* The system's reference on one CPU. */
struct system_stats {
	__u32 schedule_epoch;
	__u32 syscall_epoch;
	__u64 running; /* the task that the last switch gave this CPU to, as an address; 0 when not known */
	struct histogram schedule;
	struct histogram syscall;
};

struct record_header {
	__u16 type;
	__u16 flags;
	__u32 size; /* in bytes, with what follows it */
};

/*
 * A process_record or thread_record is followed by its parts: of the threads that are gone, or of the thread;
 * of the whole process in the records of its death. So is usage.
 */

/* The kernel's own books of a task, or the sum that signal_struct keeps for those that are gone. */
struct resource_usage {
	__u64 user;    /* ns, sampled: scaled by runtime before it is shown */
	__u64 system;  /* ns, likewise */
	__u64 runtime; /* ns, exact */
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	__u64 minor_faults;
	__u64 major_faults;
	__u64 read_chars;
	__u64 written_chars;
	__u64 read_bytes;
	__u64 written_bytes;
};

/* In pages. */
struct memory_usage {
	__u64 resident;
	__u64 peak;
	__u64 virtual;
};

struct process_record {
	struct record_header header;
	__s32 tgid;
	__s32 parent;
	__u64 start_id;
	__u32 images; /* that count now */
	__u32 kept;   /* that count, or have counted and are frozen */
	__u32 threads;
	__s32 exit_code;      /* as wait(2) has it */
	__u64 exit_time;      /* CLOCK_BOOTTIME in ns, 0 while alive, or when it died before it was imaged */
	__u64 schedule_since; /* CLOCK_BOOTTIME in ns of activation */
	__u64 keytime_since;
	__u64 ledger_since;
	__u64 syscall_since;
	__u64 lock_since;
	__u32 parts;	   /* mask of enum part_flag */
	__u32 slices_lost; /* since the last one that was told */
	struct memory_usage memory;
	__u64 shown_user; /* ns: what /proc or wait4 has last shown, below which it never goes */
	__u64 shown_system;
	__u16 policies[NAMES]; /* slots */
	char comm[COMM_SIZE];
	struct resource_usage gone; /* of the threads that are gone */
};

struct thread_record {
	struct record_header header;
	__s32 tgid;
	__s32 tid;
	__u64 start_id;	       /* of the thread */
	__u64 leader_start_id; /* of its process */
	__u32 images;
	__u32 kept;
	__s32 priority; /* as in /proc/PID/stat */
	__s32 cpu;	/* where it ran last */
	__s32 exit_code;
	__u32 parts;
	__u32 slices_lost;
	__u32 pad;
	__u64 exit_time;
	__u64 schedule_since;
	__u64 keytime_since;
	__u64 ledger_since;
	__u64 syscall_since;
	__u64 lock_since;
	/* Of the process, where its leader has exited and this thread has not; else 0. */
	struct memory_usage memory;
	__u16 policies[NAMES];
	char comm[COMM_SIZE];
	struct resource_usage usage;
};

/* The idle task of the CPU that the reader runs on. */
struct idle_record {
	struct record_header header;
	__u32 cpu;
	__u32 pad;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	char comm[COMM_SIZE];
};

/* A process, or a thread that is a target itself. */
struct life {
	__s32 tgid;
	__s32 tid; /* 0: the process */
	__u64 start_id;
};

/* Where a life has blocked: the key of the blocked map. */
struct blocked_key {
	struct life life;
	__u64 stacks;  /* a hash of both, and of return addresses on top of the user stack */
	__u32 state;   /* enum time_state */
	__u32 program; /* another one after each exec */
};

struct blocked_stats {
	__u64 time; /* ns; what waits for a CPU afterwards is not in it */
	__u64 count;
	__u64 max;
	__u64 since; /* CLOCK_BOOTTIME in ns: when it blocked there first */
	/* The innermost first, then zeros. */
	__u64 kernel_stack[KERNEL_FRAMES];
	__u64 user_stack[USER_FRAMES];
	__u64 code_start; /* of the program file */
	__u64 code_end;
	/* Of the first time: where a function without a frame was called from is on top of the stack. */
	__u64 stack_pointer; /* 0 where nothing is known of it */
	__u64 words[STACK_WORDS];
};

/*
 * What a loader shows of a life, written before it is shown: the next loader never goes below it. The kernel
 * has nothing to compute these from: the split of the CPU time depends on what was shown before, and a thread
 * that exits during a reading is missing from that reading.
 */
struct shown {
	struct resource_usage usage; /* user and system add up to runtime */
	__u64 peak;		     /* bytes */
	__u64 schedule_since;
	struct histogram schedule;
	__u64 keytime_since;
	__u64 ledger_since;
	struct keytime_stats keytime;
	__u64 exit_time; /* this, exit_code and oom: of the record of its death, which no other loader gets */
	__s32 exit_code;
	__u32 images; /* that counted last */
	__u32 dead;
	__u32 oom;
	__u32 counted;	 /* it is in exit_totals, although no final record has come */
	__u32 lacks_run; /* the kernel has left out programs while it was imaged */
	char comm[COMM_SIZE];
};

/* What imaged processes have left when they died. The loader counts them, and this outlives it. */
struct exit_totals {
	__u64 counts[EXIT_CAUSES];
	__u64 user; /* ns */
	__u64 system;
	struct histogram lifetimes; /* only sum and buckets */
	/* The last one counted: if the loader was killed right then, its record is still in the ring. */
	struct life last;
};

struct excepted_record {
	struct record_header header;
	__s32 tgid;
	__u32 pad;
	__u64 start_id;
};

/* Something that has happened to a process, at the moment of its hook. */
struct life_event {
	struct record_header header;
	__u32 kind;  /* enum event_kind */
	__u32 whose; /* mask of enum event_flag */
	__s32 tgid;
	__s32 tid;
	__u64 start_id; /* of the process */
	__u64 thread_start_id;
	__u64 time; /* CLOCK_BOOTTIME in ns */
};

struct fork_event {
	struct life_event event;
	__s32 child_tgid;
	__s32 child_tid;
	__u64 child_start_id; /* of the thread that begins */
	__u64 clone_flags;    /* as clone(2) has them */
	char child_comm[COMM_SIZE];
};

struct exec_event {
	struct life_event event;
	__s32 old_tid;	       /* of the thread that has called it: it takes that of the process */
	__u32 file_bytes;      /* of the path, with the closing zero; more than are kept: cut */
	__u32 arguments_bytes; /* of all arguments, each with its closing zero; more than are kept: cut */
	__u32 arguments_kept;
	char file[FILE_SIZE];
	char arguments[ARGUMENTS_SIZE];
};

struct rename_event {
	struct life_event event;
	char before[COMM_SIZE];
	char after[COMM_SIZE];
};

struct exit_event {
	struct life_event event;
	__s32 exit_code; /* as wait(2) has it */
	__u32 pad;
};

struct oom_event {
	struct life_event event;
	struct memory_usage memory;
	__s32 score_adjustment; /* /proc/PID/oom_score_adj */
	__s32 trigger;		/* tgid of who wanted the memory */
	char trigger_comm[COMM_SIZE];
	/* Of the memory cgroup, its own name first, then those above it; an empty one is the root. */
	char cgroup[CGROUP_LEVELS][CGROUP_NAME_SIZE];
};

/*
 * A time on a CPU, with the wait for it. The first one of a thread has no length: it says what the thread did
 * when its ledger began. What lies between the end of a slice and the next one's wait was
 * spent as the end says. Times are CLOCK_BOOTTIME in ns.
 */
struct slice_record {
	struct record_header header;
	__s32 tgid;
	__s32 tid;
	__u64 start_id; /* of the process */
	__u64 thread_start_id;
	__u64 since; /* when the ledger of the life began */
	__u64 begin;
	__u64 end;
	__u64 ran;     /* of it, by the kernel's books: the rest was stolen */
	__u64 wait;    /* in a run queue, some time before begin */
	__u32 missing; /* so many slices right before this one were lost */
	__u16 cpu;
	__u16 why;	/* enum slice_end */
	__u32 whose;	/* mask of enum event_flag */
	__u32 woken_by; /* enum waker_kind: who has ended what came before it */
	__s32 waker;	/* for WAKER_THREAD: its tid, and its name at that moment */
	__u32 pad;
	char waker_comm[COMM_SIZE];
};

/* Of one system call. It counts when it ends. */
struct call_row {
	__s32 number;
	__u32 kind; /* enum call_kind; CALL_NONE: not there yet */
	__u64 count;
	__u64 untimed; /* of them, that have not returned, or had begun before activation */
	__u64 errors;
	__u64 time; /* ns, of the others */
	__u64 max;
};

struct call_error {
	__s32 number;
	__u16 kind;  /* enum call_kind; CALL_NONE: not there */
	__u16 error; /* errno */
	__u64 count;
};

/* In which a thread was when its process died. */
struct call_at_death {
	__s32 tid; /* 0: there is none */
	__s32 number;
	__u32 kind;
	__u32 pad;
	__u64 time; /* ns, so far, or CALL_TIME_UNKNOWN */
};

/* The system calls of a process, or of a thread that is a target itself. */
struct calls_record {
	struct record_header header;
	__s32 tgid;
	__s32 tid; /* 0: the process */
	__u64 start_id;
	__u64 since;	 /* CLOCK_BOOTTIME in ns of activation */
	__u32 rows_used; /* beside the first: so many are there */
	__u32 deaths; /* threads that were in a call at the death; more than are kept: the last ones are not
		       */
	__u64 other_errors; /* for which there was no room in errors */
	__u64 min;	    /* ns, of all calls; 0: there are none */
	__u64 buckets[HISTOGRAM_BUCKETS];
	struct call_at_death at_death[CALLS_AT_DEATH]; /* the first thread first */
	struct call_error errors[CALL_ERRORS];	       /* in any order */
	struct call_row rows[CALL_ROWS];	       /* the first: those of CALL_OTHER */
};

struct call {
	__s32 number;
	__u32 kind;
	__u64 begin; /* CLOCK_BOOTTIME in ns; 0: not seen */
	__u64 time;  /* ns */
	__s64 result;
};

/* A thread whose system calls count, and the one that it is in. Followed by struct kept_calls if told > 0. */
struct sequence_record {
	struct record_header header;
	__s32 tgid;
	__s32 tid;
	__u64 start_id;	       /* of the thread */
	__u64 leader_start_id; /* of its process */
	__u64 told;	       /* how many have been kept, most of them overwritten since */
	__u64 begin;	       /* of the one that it is in, CLOCK_BOOTTIME in ns; 0: not seen */
	__s32 number;
	__u32 kind; /* CALL_NONE: it is in none */
	char comm[COMM_SIZE];
};

/*
 * The latest system calls of a thread: the i-th that was kept is at i % CALLS_KEPT. They go on while this is
 * copied: what is not among the latest CALLS_KEPT of those begun may be half a newer one.
 */
struct kept_calls {
	struct call calls[CALLS_KEPT];
	__u64 begun;
};

/* Waits of one kind. A wait counts when it ends, or when its thread does within it. */
struct lock_totals {
	struct histogram waits; /* that slept */
	__u64 at_once;		/* calls that came back without having slept */
};

/* The waits of a process, or of a thread that is a target itself. */
struct locks_record {
	struct record_header header;
	__s32 tgid;
	__s32 tid; /* 0: the process */
	__u64 start_id;
	__u64 since; /* CLOCK_BOOTTIME in ns of activation */
	struct lock_totals kinds[WAIT_KINDS];
};

/* At what a life has waited: the key of the locks map. */
struct lock_key {
	struct life life;
	__u64 address;
	__u32 kind;    /* enum lock_kind */
	__u32 program; /* another one after each exec */
};

struct longest_wait {
	__u64 version; /* odd while this changes */
	__u64 time;    /* ns; another one may have been as long while this was noted */
	__s32 tid;
	__s32 owner; /* in the pid namespace of the process, when the wait began; 0: not known */
	/* The innermost first, then zeros; none of a thread that has ended within its wait. */
	__u64 user_stack[LOCK_FRAMES];
	__u64 stack_pointer; /* 0 where nothing is known of the words */
	__u64 words[LOCK_WORDS];
	char comm[COMM_SIZE];
};

struct lock_stats {
	__u64 since; /* CLOCK_BOOTTIME in ns of the activation that it counts from */
	__u64 first; /* likewise: when a wait has ended there first */
	struct histogram waits;
	__u64 at_once;
	__u32 is_target; /* its life is one, or follows one */
	__u32 pad;
	struct longest_wait longest;
};

/* Calls that take locks and give them back, by probes. */
struct use_figures {
	__u64 acquisitions;
	__u64 contended; /* of them: another thread had it, or it had to be waited for */
	__u64 failures;	 /* without it: it was busy, the time was over, or it would never have come */
	struct histogram acquires; /* how long those that are contended took */
	struct histogram holds;
};

/* How a life uses one lock: the value of the lock_uses map, by struct lock_key. */
struct lock_use {
	__u64 since; /* CLOCK_BOOTTIME in ns of the activation that it counts from */
	__u64 first; /* likewise: when a call has met it there first */
	struct use_figures figures;
	__u64 held_since; /* CLOCK_BOOTTIME in ns */
	__s32 holder;	  /* tid, 0: nobody, or it is read, or was taken before anybody looked */
	__u32 depth;	  /* how often the holder has taken it */
	__u32 probes;	  /* the set of probes by which the holder is known */
	__u32 pad;
	struct longest_wait longest; /* hold: where it was given back */
};

/* The same of all locks of a process, or of a thread that is a target itself. */
struct uses_record {
	struct record_header header;
	__s32 tgid;
	__s32 tid; /* 0: the process */
	__u64 start_id;
	__u64 since;
	struct use_figures kinds[USE_KINDS]; /* from LOCK_MUTEX on */
};

/* A thread that waits for a lock now. */
struct wait_record {
	struct record_header header;
	__s32 tgid;
	__s32 tid;
	__u64 start_id;	       /* of the thread */
	__u64 leader_start_id; /* of its process */
	__u64 address;
	__u64 begin;	/* CLOCK_BOOTTIME in ns; 0: before anybody looked */
	__u64 switches; /* voluntary ones of the thread: it stands still while they do */
	__u32 kind;	/* enum lock_kind; where begin is 0 by the call alone */
	__u32 place;	/* enum owner_place */
	__u32 value;	/* that it has found in the word */
	__u32 has_timeout;
	__u32 whose; /* mask of enum event_flag: for whom it counts */
	__u32 program;
	__u64 instruction; /* where it has called the kernel */
	__u64 stack_pointer;
	__u64 frame_pointer;
	__u64 return_at;      /* on the stack: a probe has put its own address there; 0: none has */
	__u64 return_address; /* that was there */
	char comm[COMM_SIZE];
};

struct policies_record {
	struct record_header header;
	__u32 slot; /* 0 for RECORD_POLICIES */
	__u32 id;
};

#endif
