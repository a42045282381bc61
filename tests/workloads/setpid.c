/*
 * Starts a child that has a given pid. The pid must be free; needs CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN.
 *
 *   setpid PID
 *   > ready PARENT
 *   < go
 *   > done PID
 *   < a line or the end of input: both exit
 *
 * The child sleeps 101 times, its parent until then not at all; then both wait.
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static pid_t fork_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};
	return syscall(SYS_clone3, &args, sizeof(args));
}

static void be_child(int report, int stop)
{
	char byte = 0;
	for (int i = 0; i < 101; i++)
		usleep(1);
	if (write(report, &byte, 1) != 1 || read(stop, &byte, 1) < 0)
		_exit(1);
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: setpid PID");
	pid_t wanted = atoi(argv[1]);
	int report[2], stop[2];
	char byte;

	if (pipe(report) || pipe(stop))
		err(1, "pipe");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	pid_t child = fork_as(wanted);
	if (child < 0)
		err(1, "clone3 with pid %d", wanted);
	if (!child) {
		close(stop[1]);
		be_child(report[1], stop[0]);
	}
	if (read(report[0], &byte, 1) != 1)
		err(1, "read");
	printf("done %d\n", child);
	await_line();
	close(stop[1]);
	return waitpid(child, NULL, 0) == child ? 0 : 1;
}
