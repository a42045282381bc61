/* SPDX-License-Identifier: GPL-2.0 */
/* The keytime image: the events of a life, and who has ended it. */
#ifndef PROC_IMAGE_KEYTIME_H
#define PROC_IMAGE_KEYTIME_H

static __always_inline bool keytime_counts(struct activity *act, struct task_image *image)
{
	return image->images & 1 << IMAGE_KEYTIME && counts_for_process(act, image, IMAGE_KEYTIME);
}

/* Whom what happens to a task is told of: a mask of enum event_flag. */
static __always_inline u32 keytime_whose(struct activity *act, struct task_image *image)
{
	if (!image)
		return 0;
	u64 of_thread = test_slot(act->collect[IMAGE_KEYTIME], image->policies[NAMED_BY_THREAD]);
	return (keytime_counts(act, image) ? EVENT_OF_PROCESS : 0) | (of_thread ? EVENT_OF_THREAD : 0);
}

/* The portrait of whom an event is lost is not complete. */
static __noinline int lose_event_of(struct task_struct *task, u32 whose)
{
	struct task_struct *leader = task ? task->group_leader : NULL;
	if (!leader)
		return 0;
	struct task_image *process = bpf_task_storage_get(&images, leader, 0, 0);
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	if (process && whose & EVENT_OF_PROCESS)
		process->incomplete = 1;
	if (target && whose & EVENT_OF_THREAD)
		target->incomplete = 1;
	return 0;
}

/* Room for an event; NULL, and its loss noted, where there is none. size: a constant. */
static __always_inline void *begin_event(u64 size, u32 kind, u32 whose, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;
	struct life_event *event = leader ? reserve_event(size) : NULL;
	if (!event) {
		lose_event_of(task, whose);
		return NULL;
	}
	event->header.type = RECORD_EVENT;
	event->header.flags = 0;
	event->header.size = size;
	event->kind = kind;
	event->whose = whose;
	event->tgid = task->tgid;
	event->tid = task->pid;
	event->start_id = leader->start_boottime;
	event->thread_start_id = task->start_boottime;
	event->time = bpf_ktime_get_boot_ns();
	return event;
}

/* Where a thread counts its events: for its process, and for itself where it is a target. */
#define COUNT(image, whose, target, field)                                                                   \
	do {                                                                                                 \
		if ((whose)&EVENT_OF_PROCESS)                                                                \
			(image)->keytime.stats.field++;                                                      \
		if ((whose)&EVENT_OF_THREAD && (target))                                                     \
			(target)->keytime.stats.field++;                                                     \
	} while (0)

/* The task that runs has started another one, which is named but not yet awake. */
static __always_inline void keytime_newtask(struct activity *act, struct task_struct *child, u64 clone_flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	struct task_image *born = bpf_task_storage_get(&images, child, 0, 0);
	u32 whose = keytime_whose(act, image);
	u32 kind = clone_flags & CLONE_THREAD  ? EVENT_CLONE
		   : clone_flags & CLONE_VFORK ? EVENT_VFORK
					       : EVENT_FORK;
	if (image && whose) {
		struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
		if (kind == EVENT_CLONE)
			COUNT(image, whose, target, threads);
		else if (kind == EVENT_VFORK)
			COUNT(image, whose, target, vforks);
		else
			COUNT(image, whose, target, forks);
	}
	if (kind != EVENT_CLONE && born && keytime_counts(act, born))
		whose |= EVENT_OF_CHILD;
	if (!whose)
		return;
	struct fork_event *event = begin_event(sizeof(*event), kind, whose, task);
	if (!event) {
		if (whose & EVENT_OF_CHILD)
			lose_event_of(child, EVENT_OF_PROCESS);
		return;
	}
	event->child_tgid = child->tgid;
	event->child_tid = child->pid;
	event->child_start_id = child->start_boottime;
	event->clone_flags = clone_flags;
	read_comm(event->child_comm, child);
	bpf_ringbuf_submit(event, 0);
}

/* In process context only: it creates storage. */
static __always_inline bool keep_fatal_signals(struct task_struct *leader)
{
	if (make_storage(&fatal_signals, leader))
		return true;
	lose(LOSS_STORAGE);
	return false;
}

/* What is there belongs to an earlier time, in which not all of them were seen. */
static __always_inline void forget_fatal_signals(struct task_struct *leader)
{
	struct fatal_signals *fatal = bpf_task_storage_get(&fatal_signals, leader, 0, 0);
	if (fatal)
		__builtin_memset(fatal, 0, sizeof(*fatal));
}

/* The arguments lie where the new program will find them: nothing of it has run yet. */
static __always_inline void keytime_exec(struct activity *act, struct task_struct *task,
					 struct task_image *image, s32 old_pid, struct linux_binprm *bprm)
{
	u32 whose = keytime_whose(act, image);
	if (!whose)
		return;
	struct target_image *target = bpf_task_storage_get(&target_images, task, 0, 0);
	COUNT(image, whose, target, execs);
	if (old_pid != task->pid) /* it is the leader now */
		image->incomplete |= !keep_fatal_signals(task);
	struct exec_event *event = begin_event(sizeof(*event), EVENT_EXEC, whose, task);
	if (!event)
		return;
	event->old_tid = old_pid;
	long bytes = bpf_probe_read_kernel_str(event->file, sizeof(event->file), bprm->filename);
	char next = 0;
	bpf_probe_read_kernel(&next, sizeof(next), bprm->filename + FILE_SIZE - 1);
	event->file_bytes = bytes < 0 ? 0 : bytes == FILE_SIZE && next ? FILE_SIZE + 1 : bytes;
	event->arguments_bytes = 0;
	event->arguments_kept = 0;
	struct mm_struct *mm = task->mm;
	if (mm) {
		u64 length = mm->arg_end - mm->arg_start;
		u64 kept = length;
		barrier_var(kept); /* the verifier wants the bound on the very register that is used */
		if (kept > ARGUMENTS_SIZE)
			kept = ARGUMENTS_SIZE;
		event->arguments_bytes = length;
		if (!bpf_probe_read_user(event->arguments, kept, (void *)mm->arg_start))
			event->arguments_kept = kept;
	}
	bpf_ringbuf_submit(event, 0);
}

static __always_inline void keytime_rename(struct activity *act, struct task_struct *task, const char *name)
{
	struct task_image *image = bpf_task_storage_get(&images, task, 0, 0);
	u32 whose = keytime_whose(act, image);
	if (!whose || BPF_CORE_READ_BITFIELD_PROBED(task, in_execve)) /* the event is then the exec */
		return;
	struct rename_event *event = begin_event(sizeof(*event), EVENT_RENAME, whose, task);
	if (!event)
		return;
	read_comm(event->before, task);
	bpf_probe_read_kernel_str(event->after, COMM_SIZE, name);
	bpf_ringbuf_submit(event, 0);
}

static __always_inline void keytime_exit(struct activity *act, struct task_struct *task,
					 struct task_image *image)
{
	/* Of a thread that is a target itself this is the death. */
	u32 whose = keytime_whose(act, image) & EVENT_OF_PROCESS;
	if (!whose)
		return;
	struct exit_event *event = begin_event(sizeof(*event), EVENT_EXIT, whose, task);
	if (!event)
		return;
	event->exit_code = task->exit_code;
	event->pad = 0;
	bpf_ringbuf_submit(event, 0);
}

static __always_inline void keytime_reset(struct keytime_stats *stats)
{
	stats->forks = stats->vforks = stats->threads = stats->execs = 0;
}

/* The figures of keytime_stats are u64, one after the other, and all of them sums. */
#define KEYTIME_FIGURES (sizeof(struct keytime_stats) / sizeof(u64))

/* Moves figures to those of the threads that are gone: each at once, as histogram_fold() does. */
__noinline int keytime_fold(struct keytime_stats *to, struct keytime_stats *from)
{
	if (!to || !from)
		return 0;
	for (u32 i = 0; i < KEYTIME_FIGURES; i++)
		__sync_fetch_and_add((u64 *)to + i, __sync_lock_test_and_set((u64 *)from + i, 0));
	return 0;
}

/* Nothing more will be told of the thread: another one says how many of its slices were lost. */
static __always_inline void slices_fold(struct keytime *to, struct keytime *from)
{
	__sync_fetch_and_add(&to->slices_lost, __sync_lock_test_and_set(&from->slices_lost, 0));
}

static __noinline int keytime_fold_into_heir(struct task_struct *task, struct task_image *image)
{
	struct task_struct *heir = task ? heir_of(task) : NULL;
	struct task_image *to = heir ? bpf_task_storage_get(&images, heir, 0, 0) : NULL;
	if (!to || !image)
		return 0;
	keytime_fold(&to->keytime_gone, &image->keytime.stats);
	slices_fold(&to->keytime, &image->keytime);
	return 0;
}

static __always_inline void keytime_add(struct keytime_stats *to, const struct keytime_stats *from)
{
	for (u32 i = 0; i < KEYTIME_FIGURES; i++)
		((u64 *)to)[i] += ((const u64 *)from)[i];
}

/* Signals that end a process where it has no handler for them. */
static __always_inline bool is_fatal(struct task_struct *task, int sig)
{
	void *handler = NULL;
	if (sig < 1 || sig > SIGRTMAX)
		return false;
	if (sig == SIGKILL)
		return true;
	if ((sig >= SIGCHLD && sig <= SIGURG) || sig == SIGWINCH) /* ignored, stopped or continued by them */
		return false;
	struct sighand_struct *sighand = task->sighand;
	/* In 64 bits: of a product of 32 the verifier of 6.1 knows no bound. */
	u64 action = (u64)sighand + bpf_core_field_offset(struct sighand_struct, action) +
		     (u64)(sig - 1) * bpf_core_type_size(struct k_sigaction);
	return sighand &&
	       !bpf_probe_read_kernel(
		       &handler, sizeof(handler),
		       (void *)(action + bpf_core_field_offset(struct k_sigaction, sa.sa_handler))) &&
	       !handler;
}

static __always_inline u32 origin_of(int sig, s32 code, bool is_internal)
{
	if (!is_internal)
		switch (code) {
		case SI_USER:
			return ORIGIN_KILL;
		case SI_TKILL:
			return ORIGIN_TGKILL;
		case SI_QUEUE:
			return ORIGIN_QUEUE;
		}
	if (code == SI_TIMER || (is_internal && (sig == SIGALRM || sig == SIGVTALRM || sig == SIGPROF)))
		return ORIGIN_TIMER;
	if (!is_internal && code > 0 &&
	    (sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE || sig == SIGTRAP ||
	     sig == SIGSYS))
		return ORIGIN_FAULT;
	return ORIGIN_KERNEL;
}

/*
 * Keeps where a signal came from that is going to end the process: it may be blocked until then. The task
 * that runs is the sender only where siginfo is there and says that a process has sent it. Under the siglock
 * of the task.
 */
static __always_inline void keytime_signal(int sig, struct kernel_siginfo *info, struct task_struct *task,
					   int result)
{
	struct task_struct *leader = task->group_leader;
	if (!leader || (result != TRACE_SIGNAL_DELIVERED && result != TRACE_SIGNAL_LOSE_INFO))
		return;
	struct fatal_signals *fatal = bpf_task_storage_get(&fatal_signals, leader, 0, 0);
	if (!fatal || !is_fatal(task, sig))
		return;
	u64 index = fatal->next;
	for (int i = 0; i < CAUSES; i++)
		if (fatal->causes[i].signal == sig)
			index = i;
	index %= CAUSES;
	struct death_cause *cause = &fatal->causes[index];
	fatal->next = index + 1;
	__builtin_memset(cause, 0, sizeof(*cause));
	bool is_internal = (u64)info <= SEND_SIG_PRIV;
	if (is_internal)
		cause->code = (u64)info == SEND_SIG_PRIV ? SI_KERNEL : SI_USER;
	else
		cause->code = BPF_CORE_READ(info, si_code);
	cause->signal = sig;
	cause->origin = origin_of(sig, cause->code, is_internal);
	cause->time = bpf_ktime_get_boot_ns();
	/* SI_KERNEL: the processor has not said which. */
	if (cause->origin == ORIGIN_FAULT && cause->code != SI_KERNEL) {
		cause->has_address = 1;
		cause->address = (u64)BPF_CORE_READ(info, _sifields._sigfault._addr);
	}
	if (cause->origin == ORIGIN_KILL || cause->origin == ORIGIN_TGKILL || cause->origin == ORIGIN_QUEUE) {
		struct task_struct *sender = bpf_get_current_task_btf();
		cause->sender = sender->tgid;
		cause->sender_uid = bpf_get_current_uid_gid();
		read_comm(cause->sender_comm, sender);
	}
}

/* exit_code: as wait(2) has it. */
static __always_inline void find_cause(struct death_cause *cause, struct task_struct *leader, s32 exit_code)
{
	u32 sig = exit_code & 0x7f;
	struct fatal_signals *fatal = bpf_task_storage_get(&fatal_signals, leader, 0, 0);
	__builtin_memset(cause, 0, sizeof(*cause));
	if (!sig || !fatal)
		return;
	for (int i = 0; i < CAUSES; i++)
		if (fatal->causes[i].signal == sig)
			*cause = fatal->causes[i];
}

/* The kernel kills a process for want of memory, in the name of the task that runs, which wanted it. */
static __always_inline void keytime_victim(struct activity *act, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;
	if (!leader)
		return;
	u32 whose = keytime_whose(act, bpf_task_storage_get(&images, leader, 0, 0));
	if (!whose)
		return;
	struct oom_event *event = begin_event(sizeof(*event), EVENT_OOM, whose, leader);
	if (!event)
		return;
	__builtin_memset(&event->memory, 0, sizeof(*event) - __builtin_offsetof(struct oom_event, memory));
	if (task->mm)
		read_memory(&event->memory, task->mm);
	event->score_adjustment = task->signal->oom_score_adj;
	struct task_struct *trigger = bpf_get_current_task_btf();
	event->trigger = trigger->tgid;
	read_comm(event->trigger_comm, trigger);
	struct cgroup_subsys_state *css = NULL;
	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) {
		bpf_ringbuf_submit(event, 0);
		return;
	}
	u64 subsys = (u64)task->cgroups + bpf_core_field_offset(struct css_set, subsys) +
		     bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id) * sizeof(void *);
	bpf_probe_read_kernel(&css, sizeof(css), (void *)subsys);
	struct kernfs_node *node = BPF_CORE_READ(css, cgroup, kn);
	for (int i = 0; i < CGROUP_LEVELS && node; i++) {
		bpf_probe_read_kernel_str(event->cgroup[i], CGROUP_NAME_SIZE, BPF_CORE_READ(node, name));
		if (bpf_core_field_exists(node->__parent)) {
			node = BPF_CORE_READ(node, __parent);
		} else {
			struct kernfs_node___before_6_15 *old = (void *)node;
			node = BPF_CORE_READ(old, parent);
		}
	}
	bpf_ringbuf_submit(event, 0);
}

#endif
