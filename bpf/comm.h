/* SPDX-License-Identifier: GPL-2.0 */
/* The name of a task. */
#ifndef PROC_IMAGE_COMM_H
#define PROC_IMAGE_COMM_H

/* For a terminal: any process can put control characters into its name. */
static __always_inline void mask_controls(char *comm)
{
	for (int i = 0; i < COMM_SIZE; i++) {
		u8 byte = comm[i];
		if ((byte && byte < 0x20) || (byte >= 0x7f && byte < 0xa0))
			comm[i] = '?';
	}
}

static __always_inline void read_comm(char *comm, struct task_struct *task)
{
	bpf_probe_read_kernel_str(comm, COMM_SIZE, task->comm);
}

#endif
