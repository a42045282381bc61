/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A probe at the return of a function puts the address of a trampoline of the kernel's in place of the return
 * address: whoever walks the stack would find nothing of who has called that function. The kernel has what
 * was there, the innermost first.
 */
#ifndef PROC_IMAGE_RETURN_ADDRESS_H
#define PROC_IMAGE_RETURN_ADDRESS_H

#define PROBED_RETURNS 4 /* within each other */

/* Where a register has the return address (arm64) it may be anywhere on the stack: that is not mended. */
static __always_inline struct return_instance *probed_returns(struct task_struct *task)
{
	if (!RETURN_ADDRESS || !bpf_core_field_exists(task->utask))
		return NULL;
	return BPF_CORE_READ(task, utask, return_instances);
}

/* Of the thread that runs, in words from the top of its stack on; count: a power of two. */
static __always_inline void restore_returns(struct task_struct *task, u64 *words, u64 count, u64 top)
{
	struct return_instance *probed = probed_returns(task);
	for (int i = 0; i < PROBED_RETURNS && probed; i++) {
		u64 at = (BPF_CORE_READ(probed, stack) - top) / sizeof(u64);
		if (at < count) {
			barrier_var(at);
			words[at & (count - 1)] = BPF_CORE_READ(probed, orig_ret_vaddr);
		}
		probed = BPF_CORE_READ(probed, next);
	}
}

#endif
