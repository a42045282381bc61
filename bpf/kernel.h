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

#define CLOCK_BOOTTIME	  7
#define SIGNAL_GROUP_EXIT 4
#define PF_KTHREAD	  0x00200000
#define MAX_RT_PRIO	  100
#define EBUSY		  16

#define CORE __attribute__((preserve_access_index))

struct task_struct;
struct rq {
	u64 clock;
	struct task_struct *idle;
} CORE;
struct cfs_rq {
	struct rq *rq;
} CORE;
struct sched_entity {
	struct cfs_rq *cfs_rq;
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
} CORE;
struct sighand_struct;
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
	struct file *exe_file;
	struct percpu_counter rss_stat[4];
} CORE;
struct thread_info {
	u32 cpu;
} CORE;
struct task_struct {
	struct thread_info thread_info;
	s32 pid;
	s32 tgid;
	unsigned int flags;
	int prio;
	int exit_code;
	int exit_state;
	char comm[16];
	struct sched_entity se;
	struct sched_info sched_info;
	struct task_io_accounting ioac;
	u64 utime;
	u64 stime;
	u64 start_boottime;
	unsigned long nvcsw;
	unsigned long nivcsw;
	unsigned long min_flt;
	unsigned long maj_flt;
	struct mm_struct *mm;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
} CORE;

struct linux_binprm;
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

/* Since 6.2 (e8b02296a6b8) a lookup in task storage never fails for want of a lock that is held. */
typedef u64 (*btf_bpf_task_storage_get_recur)(struct bpf_map *map, struct task_struct *task, void *value,
					      u64 flags, unsigned int gfp_flags);

struct bpf_timer {
	u64 opaque[2];
} __attribute__((aligned(8)));

#endif
