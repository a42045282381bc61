/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A probe at the return of a function puts the address of a trampoline of the kernel's in place of the return
 * address: whoever walks the stack would find nothing of who has called that function. Where a register has
 * the return address (arm64), that is not mended: it may be anywhere on the stack.
 */
#ifndef PROC_IMAGE_RETURN_ADDRESS_H
#define PROC_IMAGE_RETURN_ADDRESS_H

/* 0: it has none. */
static __always_inline u64 trampoline_of(struct task_struct *task)
{
	if (!bpf_core_field_exists(struct mm_struct, uprobes_state))
		return 0;
	return BPF_CORE_READ(task, mm, uprobes_state.xol_area, vaddr);
}

/* Of the thread that runs, in words from the top of its stack on; count: a power of two. */
static __always_inline void restore_returns(struct task_struct *task, u64 *words, u64 count, u64 top)
{
	struct activity *act = get_activity();
	if (!act || !act->active[IMAGE_LOCK])
		return;
	struct lock_requests *requests = bpf_task_storage_get(&lock_requests, task, 0, 0);
	if (!requests || !requests->used)
		return;
	u64 trampoline = trampoline_of(task);
	for (int i = 0; i < LOCK_REQUESTS; i++) {
		struct lock_request *request = &requests->requests[i];
		u64 at = (request->stack - RETURN_ADDRESS - top) / sizeof(u64);
		if (at >= count)
			continue;
		barrier_var(at);
		at &= count - 1;
		if (words[at] == trampoline)
			words[at] = request->return_address;
	}
}

#endif
