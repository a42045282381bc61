/* SPDX-License-Identifier: GPL-2.0 */
/* Whose a thread's figures are when it is gone. */
#ifndef PROC_IMAGE_HEIR_H
#define PROC_IMAGE_HEIR_H

/* Who inherits what an exiting thread has counted: the thread that an exec leaves over, else the leader. */
static __always_inline struct task_struct *heir_of(struct task_struct *task)
{
	struct task_struct *left_over = task->signal->group_exec_task;
	return left_over && left_over != task ? left_over : task->group_leader;
}

#endif
