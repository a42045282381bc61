/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of futex(2) that wait, and who holds the lock that they wait for, as its memory says. */
#ifndef PROC_IMAGE_FUTEX_H
#define PROC_IMAGE_FUTEX_H

#define MUTEX_CONTENDED 2     /* glibc: the value of the word that threads wait at */
#define MUTEX_KIND	0x3ff /* glibc: all bits of the kind of a mutex */
#define MUTEX_TYPE	3     /* of them: normal, recursive, error-checking, adaptive */
#define MUTEX_RECURSIVE 1
#define MUTEX_ROBUST	0x10
#define MOST_USERS	(1 << 22) /* who holds a mutex, and who waits for a condition with it */
#define MUSL_TYPE	0x8f	  /* musl: all bits of the type of a mutex */
#define MUSL_KNOWS	0xf	  /* of them: such a type notes its owner */

/* Before anything else is asked: most calls are none. */
static __always_inline bool may_be_futex(s64 number)
{
	return number == NR_FUTEX || number == NR_FUTEX_WAIT || number == NR_COMPAT_FUTEX ||
	       number == NR_COMPAT_FUTEX_TIME64;
}

/* Of compat calls it is what read(2) is of the others. */
static __always_inline bool may_be_restart(s64 number)
{
	return number == NR_RESTART || (number == NR_COMPAT_RESTART && is_compat(bpf_get_current_task_btf()));
}

struct futex_call {
	u64 address;
	u32 command;
	u32 value;
	u32 is_compat;
	u32 has_timeout;
};

/* False where it does not wait. Of a call that has not ended: arguments are still in the registers. */
static __noinline int read_futex(struct futex_call *call, struct task_struct *task, struct pt_regs *regs,
				 s64 number)
{
	if (!call || !task || !regs)
		return 0;
	u64 second, third, fourth, fifth;
	call->is_compat = is_compat(task);
	if (number == NR_FUTEX_WAIT ? 0
	    : call->is_compat	    ? number != NR_COMPAT_FUTEX && number != NR_COMPAT_FUTEX_TIME64
				    : number != NR_FUTEX)
		return 0;
#if defined(__TARGET_ARCH_x86)
	if (call->is_compat) {
		call->address = (u32)BPF_CORE_READ(regs, bx);
		second = BPF_CORE_READ(regs, cx);
		third = BPF_CORE_READ(regs, dx);
		fourth = (u32)BPF_CORE_READ(regs, si);
		fifth = (u32)BPF_CORE_READ(regs, di);
	} else {
		call->address = BPF_CORE_READ(regs, di);
		second = BPF_CORE_READ(regs, si);
		third = BPF_CORE_READ(regs, dx);
		fourth = BPF_CORE_READ(regs, r10);
		fifth = BPF_CORE_READ(regs, r8);
	}
#else
	call->address = BPF_CORE_READ(regs, orig_x0);
	second = BPF_CORE_READ(regs, regs[1]);
	third = BPF_CORE_READ(regs, regs[2]);
	fourth = BPF_CORE_READ(regs, regs[3]);
	fifth = BPF_CORE_READ(regs, regs[4]);
#endif
	call->command = number == NR_FUTEX_WAIT ? FUTEX_WAIT : second & FUTEX_COMMAND;
	call->value = number == NR_FUTEX_WAIT ? second : third;
	call->has_timeout = (number == NR_FUTEX_WAIT ? fifth : fourth) != 0;
	return call->command == FUTEX_WAIT || call->command == FUTEX_WAIT_BITSET ||
	       call->command == FUTEX_LOCK_PI || call->command == FUTEX_LOCK_PI2 ||
	       call->command == FUTEX_WAIT_REQUEUE_PI;
}

static __always_inline bool inherits_priority(struct futex_call *call)
{
	return call->command == FUTEX_LOCK_PI || call->command == FUTEX_LOCK_PI2;
}

static __always_inline u32 place_of_owner(struct futex_call *call)
{
	if (inherits_priority(call))
		return OWNER_IN_WORD;
	if (call->command == FUTEX_WAIT_REQUEUE_PI) /* a condition */
		return OWNER_NOWHERE;
	if (call->value & FUTEX_WAITERS)
		return OWNER_IN_ROBUST;
	if (call->value == MUTEX_CONTENDED)
		return call->is_compat ? OWNER_IN_MUTEX32 : OWNER_IN_MUTEX;
	return OWNER_NOWHERE;
}

/* From the word on: pthread_mutex_t of glibc. */
struct glibc_mutex {
	u32 word;
	u32 count;
	s32 owner;
	u32 users; /* of 32 bits: this and the next one are the other way round */
	u32 kind;
	u32 spins;
	u64 previous, next; /* of a robust one; of 32 bits there is only one of them, and other things */
};

/* Who holds it now, as its memory says, or 0. Whether there is such a thread is for user space to find out.
 */
__noinline s32 sample_owner(u64 address, u32 place)
{
	struct glibc_mutex mutex;
	u32 before = 0;
	if (place == OWNER_IN_WORD) {
		if (bpf_probe_read_user(&mutex.word, sizeof(mutex.word), (void *)address))
			return 0;
		return mutex.word & FUTEX_TID_MASK;
	}
	if (bpf_probe_read_user(&mutex, sizeof(mutex), (void *)address))
		return 0;
	bool is_narrow = place == OWNER_IN_MUTEX32;
	u32 users = is_narrow ? mutex.kind : mutex.users, kind = is_narrow ? mutex.users : mutex.kind;
	bool is_robust = kind & MUTEX_ROBUST, is_recursive = (kind & MUTEX_TYPE) == MUTEX_RECURSIVE;
	bool is_glibc = !(kind & ~MUTEX_KIND) && users && users < MOST_USERS &&
			!(mutex.owner & ~FUTEX_TID_MASK) && is_recursive == (mutex.count != 0);
	if (place == OWNER_IN_ROBUST) {
		s32 tid = mutex.word & FUTEX_TID_MASK;
		if (is_glibc && is_robust && mutex.owner == tid)
			return tid;
		bpf_probe_read_user(&before, sizeof(before), (void *)address - sizeof(before));
		return before & MUSL_KNOWS && !(before & ~MUSL_TYPE) ? tid : 0;
	}
	if (!is_narrow && (mutex.previous | mutex.next)) /* only a robust one is in a list */
		return 0;
	return is_glibc && !is_robust ? mutex.owner : 0;
}

#endif
