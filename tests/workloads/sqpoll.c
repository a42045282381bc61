/*
 * A process to which the kernel adds a thread: the one that polls the submission queue of an io_uring.
 *
 *   sqpoll ROUNDS
 *   > ready PID
 *   < go
 *   > done ROUNDS, or what io_uring_setup() has failed with
 *   < a line or the end of input: exit
 *
 * It is made at 'go' and woken ROUNDS times. Each time it polls for a tick and falls asleep again.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: sqpoll ROUNDS");
	struct io_uring_params params = {.flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1};
	int rounds = atoi(argv[1]);

	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	int ring = syscall(SYS_io_uring_setup, 8, &params);
	if (ring < 0)
		printf("io_uring_setup: %s\n", strerror(errno));
	for (int i = 0; i < rounds && ring >= 0; i++) {
		if (syscall(SYS_io_uring_enter, ring, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0) < 0)
			err(1, "io_uring_enter");
		usleep(20011);
	}
	printf("done %d\n", rounds);
	await_line();
	return 0;
}
