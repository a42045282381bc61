/* A byte goes back and forth between two processes on one CPU: prints ns per round trip, which is two
 * switches. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void bounce(int from, int to, long rounds)
{
	char byte = 0;
	for (long i = 0; i < rounds; i++)
		if (read(from, &byte, 1) != 1 || write(to, &byte, 1) != 1)
			fail("bounce");
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 20000;
	int there[2], back[2];
	cpu_set_t one;
	struct timespec begin, end;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) || pipe(there) || pipe(back))
		fail("pipe");
	pid_t child = fork();
	if (child < 0)
		fail("fork");
	if (child == 0) {
		bounce(there[0], back[1], rounds);
		_exit(0);
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (write(there[1], "x", 1) != 1)
		fail("write");
	bounce(back[0], there[1], rounds - 1);
	waitpid(child, NULL, 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.1f\n", ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / rounds);
	return 0;
}
