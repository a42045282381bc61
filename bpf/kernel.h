/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few kernel types that are used, with the few fields that are used: CO-RE relocates each access against
 * the running kernel's BTF, so order and size do not matter here, only names. This replaces a generated
 * vmlinux.h.
 */
#ifndef PROC_IMAGE_KERNEL_H
#define PROC_IMAGE_KERNEL_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef _Bool bool;
#define NULL ((void *)0)
#define true 1
#define false 0

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};
enum {
	BPF_ANY = 0,
	BPF_F_NO_PREALLOC = 1,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
};
enum {
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
	BPF_RB_AVAIL_DATA = 0,
	BPF_F_USER_STACK = 256,
	BPF_NOEXIST = 1,
};

#define CLOCK_BOOTTIME	  7
#define SIGNAL_GROUP_EXIT 4
#define PF_KTHREAD	  0x00200000
#define PF_IO_WORKER	  0x00000010 /* io_uring's own threads */
#define PF_USER_WORKER	  0x00004000 /* vhost's likewise */
#define MAX_RT_PRIO	  100
#define EBUSY		  16
#define EEXIST		  17
#define CLONE_VFORK	  0x00004000
#define CLONE_THREAD	  0x00010000

/* Of a task that is no longer on a run queue: include/linux/sched.h. */
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_STOPPED	     0x0004
#define TASK_TRACED	     0x0008
#define TASK_DEAD	     0x0080
#define TASK_NOLOAD	     0x0400 /* waits like that, but for nothing that is the system's load */
#define TASK_FROZEN	     0x8000

#define SIGILL	  4
#define SIGTRAP	  5
#define SIGBUS	  7
#define SIGFPE	  8
#define SIGKILL	  9
#define SIGSEGV	  11
#define SIGALRM	  14
#define SIGCHLD	  17
#define SIGCONT	  18
#define SIGTTOU	  22
#define SIGURG	  23
#define SIGVTALRM 26
#define SIGPROF	  27
#define SIGWINCH  28
#define SIGSYS	  31
#define SIGRTMAX  64

/* si_code: 0 and below by a process, above by the kernel. */
#define SI_USER	  0
#define SI_KERNEL 0x80
#define SI_QUEUE  -1
#define SI_TIMER  -2
#define SI_TKILL  -6

/* In the place of a pointer to siginfo. */
#define SEND_SIG_NOINFO 0
#define SEND_SIG_PRIV	1

/* The results of signal_generate. */
#define TRACE_SIGNAL_DELIVERED 0
#define TRACE_SIGNAL_LOSE_INFO 4

#define CORE __attribute__((preserve_access_index))

struct task_struct;
struct rq {
	u64 clock;
	u64 clock_task; /* without what interrupts and the hypervisor have taken */
	struct task_struct *idle;
} CORE;
struct cfs_rq {
	struct rq *rq;
} CORE;
struct sched_entity {
	struct cfs_rq *cfs_rq;
	u64 exec_start; /* rq.clock_task when sum_exec_runtime was last brought up to date */
	u64 sum_exec_runtime;
} CORE;
struct sched_info {
	unsigned long pcount;
	unsigned long long run_delay;
	unsigned long long last_queued;
} CORE;
struct task_io_accounting {
	u64 rchar;
	u64 wchar;
	u64 read_bytes;
	u64 write_bytes;
} CORE;
struct prev_cputime {
	u64 utime;
	u64 stime;
} CORE;
typedef struct {
	int counter;
} atomic_t;
typedef struct {
	s64 counter;
} atomic64_t;
typedef atomic64_t atomic_long_t;
struct mm_struct;
struct signal_struct {
	atomic_t live;
	int nr_threads;
	unsigned int flags;
	int group_exit_code;
	struct task_struct *curr_target;
	struct task_struct *group_exec_task;
	u64 utime;
	u64 stime;
	struct prev_cputime prev_cputime;
	unsigned long nvcsw;
	unsigned long nivcsw;
	unsigned long min_flt;
	unsigned long maj_flt;
	unsigned long maxrss;
	struct task_io_accounting ioac;
	unsigned long long sum_sched_runtime;
	struct mm_struct *oom_mm;
	short oom_score_adj;
} CORE;
struct k_sigaction {
	struct {
		void *sa_handler;
	} sa;
} CORE;
struct sighand_struct {
	struct k_sigaction action[SIGRTMAX];
} CORE;
union __sifields {
	struct {
		void *_addr;
	} _sigfault;
} CORE;
struct kernel_siginfo {
	int si_code;
	union __sifields _sifields;
} CORE;
struct kernfs_node {
	struct kernfs_node *__parent;
	const char *name;
} CORE;
struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
} CORE;
struct cgroup {
	struct kernfs_node *kn;
} CORE;
struct cgroup_subsys_state {
	struct cgroup *cgroup;
} CORE;
enum cgroup_subsys_id {
	memory_cgrp_id = 0, /* as this kernel numbers it */
};
struct css_set {
	struct cgroup_subsys_state *subsys[1];
	struct cgroup *dfl_cgrp;
} CORE;
struct super_block {
	u32 s_dev;
} CORE;
struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
} CORE;
struct file {
	struct inode *f_inode;
} CORE;
struct percpu_counter {
	s64 count;
	s32 *counters;
} CORE;
struct mm_struct {
	unsigned long total_vm;
	unsigned long hiwater_rss;
	unsigned long start_code;
	unsigned long end_code;
	unsigned long arg_start;
	unsigned long arg_end;
	struct file *exe_file;
	struct percpu_counter rss_stat[4];
} CORE;
struct thread_info {
	u32 preempt_count; /* not on x86 */
	unsigned long flags;
	u32 status; /* on x86 */
	u32 cpu;
} CORE;
struct return_instance {
	unsigned long stack; /* pointer, where the function begins */
	unsigned long orig_ret_vaddr;
	struct return_instance *next;
} CORE;
struct uprobe_task {
	struct return_instance *return_instances;
} CORE;
struct task_struct {
	struct thread_info thread_info;
	s32 pid;
	s32 tgid;
	unsigned int flags;
	int prio;
	u32 on_cpu; /* a byte in 7.2: of unsigned numbers alone libbpf changes the size */
	u32 __state;
	unsigned in_execve : 1;
	int exit_code;
	int exit_state;
	char comm[16];
	struct sched_entity se;
	struct sched_info sched_info;
	struct task_io_accounting ioac;
	u64 utime;
	u64 stime;
	u64 start_boottime;
	u64 self_exec_id;
	unsigned long nvcsw;
	unsigned long nivcsw;
	unsigned long min_flt;
	unsigned long maj_flt;
	struct mm_struct *mm;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	struct css_set *cgroups;
	struct uprobe_task *utask;
} CORE;

#if defined(__TARGET_ARCH_x86)
#define NR_SCHED_YIELD	 24
#define NR_RT_SIGRETURN	 15
#define NR_RESTART	 219
#define NR_CLONE	 56
#define NR_FORK		 57
#define NR_VFORK	 58
#define TS_COMPAT	 0x0002
#define X32_BIT		 0x40000000 /* in the numbers of x32 programs */
#define NR_X32_SIGRETURN (X32_BIT | 513)
#define CALL_INSTRUCTION 2 /* bytes: syscall, sysenter, int 0x80 */
#define SYSCALL_NUMBER	 orig_ax
#define INSTRUCTION	 ip
#define FRAME_POINTER	 bp
#define NR_FUTEX	 202
struct pt_regs {
	unsigned long r8;
	unsigned long r10;
	unsigned long orig_ax;
	unsigned long ip;
	unsigned long sp;
	unsigned long bp;
	unsigned long bx;
	unsigned long cx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long ax;
} CORE;

/* Of a function that is probed at its beginning, and where it has returned. */
#define FIRST_ARGUMENT(regs)  ((regs)->di)
#define SECOND_ARGUMENT(regs) ((regs)->si)
#define RESULT(regs)	      ((regs)->ax)
#define RETURN_ADDRESS	      8 /* bytes, on the stack: taken off it when the function returns */
#elif defined(__TARGET_ARCH_arm64)
#define NR_SCHED_YIELD	 124
#define NR_RT_SIGRETURN	 139
#define NR_RESTART	 128
#define NR_CLONE	 220
#define NR_FORK		 -1 /* there are none */
#define NR_VFORK	 -1
#define X32_BIT		 0 /* there are none */
#define NR_X32_SIGRETURN NR_RT_SIGRETURN
#define TIF_32BIT	 22
#define CALL_INSTRUCTION 4
#define SYSCALL_NUMBER	 syscallno
#define INSTRUCTION	 pc
#define FRAME_POINTER	 regs[29]
#define NR_FUTEX	 98
struct pt_regs {
	u64 regs[31];
	u64 pc;
	u64 sp;
	u64 orig_x0;
	s32 syscallno;
} CORE;

#define FIRST_ARGUMENT(regs)  ((regs)->regs[0])
#define SECOND_ARGUMENT(regs) ((regs)->regs[1])
#define RESULT(regs)	      ((regs)->regs[0])
#define RETURN_ADDRESS	      0
#endif

#define NR_CLONE3     435 /* everywhere, as the next one is: 6.7 and later */
#define NR_FUTEX_WAIT 455

/* As 32-bit programs of x86 and of ARM number them. */
#define NR_COMPAT_RESTART      0
#define NR_COMPAT_FORK	       2
#define NR_COMPAT_SIGRETURN    119
#define NR_COMPAT_CLONE	       120
#define NR_COMPAT_RT_SIGRETURN 173
#define NR_COMPAT_VFORK	       190
#define NR_COMPAT_FUTEX	       240
#define NR_COMPAT_FUTEX_TIME64 422 /* no number of 64 bits */

/* Operations of futex(2), without what says whose the memory is and which clock counts. */
#define FUTEX_COMMAND	      0x7f
#define FUTEX_WAIT	      0
#define FUTEX_LOCK_PI	      6
#define FUTEX_WAIT_BITSET     9
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_LOCK_PI2	      13

/* Of a word that holds a tid. */
#define FUTEX_WAITERS  0x80000000
#define FUTEX_TID_MASK 0x3fffffff

#define EINTR		      4
#define MAX_ERRNO	      4095
#define ERESTARTSYS	      512 /* this, 513 and 514: begun anew, or EINTR where a handler says so */
#define ERESTART_RESTARTBLOCK 516 /* goes on as restart_syscall(2), or EINTR after any handler */

struct linux_binprm {
	const char *filename;
} CORE;
struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
	u64 session_id;
	u64 seq_num;
} CORE;
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} CORE;

struct bpf_map {
	u32 max_entries;
} CORE;
struct bpf_array {
	struct bpf_map map;
	void *pptrs[0];
} CORE;

/* Before 6.2 (f1a7941243c1) the memory counters are plain atomics. */
struct mm_rss_stat {
	atomic_long_t count[4];
} CORE;
struct mm_struct___before_6_2 {
	struct mm_rss_stat rss_stat;
} CORE;

/* Since 6.2 (e8b02296a6b8) a lookup in task storage has a function of its own; it has gone again by 7.2. */
typedef u64 (*btf_bpf_task_storage_get_recur)(struct bpf_map *map, struct task_struct *task, void *value,
					      u64 flags, unsigned int gfp_flags);
/* Since 6.15; what locks task storage by 7.2. */
typedef struct {
	u32 val;
} rqspinlock_t;

struct bpf_timer {
	u64 opaque[2];
} __attribute__((aligned(8)));

#endif
