/*
 * Two processes pass a byte to and fro over pipes, pinned to one CPU.
 *
 *   pingpong ROUNDS CPU
 *   > ready PID CHILD
 *   < go
 *   > done ROUNDS
 *   < a line: once more; the end of input: exit
 *
 * A round trip is two waits in the run queue, one for each process. Both sleep at 'ready' and at 'done'.
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void echo(int from, int to)
{
	char byte;
	while (read(from, &byte, 1) == 1)
		if (write(to, &byte, 1) != 1)
			break;
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: pingpong ROUNDS CPU");
	long rounds = atol(argv[1]);
	int ping[2], pong[2];
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(atoi(argv[2]), &cpu);
	if (sched_setaffinity(0, sizeof(cpu), &cpu))
		err(1, "sched_setaffinity");
	if (pipe(ping) || pipe(pong))
		err(1, "pipe");
	pid_t child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		close(ping[1]);
		close(pong[0]);
		echo(ping[0], pong[1]);
	}
	close(ping[0]);
	close(pong[1]);

	setlinebuf(stdout);
	printf("ready %d %d\n", getpid(), child);
	for (;;) {
		await_line();
		for (long round = 0; round < rounds; round++) {
			char byte = 0;
			if (write(ping[1], &byte, 1) != 1 || read(pong[0], &byte, 1) != 1)
				err(1, "round %ld", round);
		}
		printf("done %ld\n", rounds);
	}
}
