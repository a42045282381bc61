/*
 * Sleeps, and says how long it was away.
 *
 *   sleeps COUNT NANOSECONDS
 *   > ready PID
 *   < go
 *   > done SUM SHORTEST LONGEST
 *   < a line or the end of input: exit
 *
 * In nanoseconds of CLOCK_BOOTTIME, read before and after each clock_nanosleep(2), as which the C library
 * sleeps.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: sleeps COUNT NANOSECONDS");
	long sum = 0, shortest = 0, longest = 0;

	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	for (long i = 0; i < atol(argv[1]); i++) {
		struct timespec time = {.tv_nsec = atol(argv[2])};
		long begin = now();
		nanosleep(&time, NULL);
		long away = now() - begin;
		sum += away;
		if (!i || away < shortest)
			shortest = away;
		if (away > longest)
			longest = away;
	}
	printf("done %ld %ld %ld\n", sum, shortest, longest);
	await_line();
	return 0;
}
