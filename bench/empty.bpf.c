/* SPDX-License-Identifier: GPL-2.0 */
/* Nothing on each of our hooks: what any tracer that attaches there has to pay. */
#include "../bpf/kernel.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define EMPTY(hook)                                                                                          \
	SEC("tp_btf/" #hook) int hook(void *context)                                                         \
	{                                                                                                    \
		return 0;                                                                                    \
	}

EMPTY(sched_switch)
EMPTY(sys_enter)
EMPTY(sys_exit)
EMPTY(task_newtask)
EMPTY(sched_process_exec)
EMPTY(sched_prepare_exec)
EMPTY(sched_process_exit)
EMPTY(sched_process_free)
EMPTY(task_rename)
EMPTY(signal_generate)
EMPTY(mark_victim)
