/*
 * Sleeps on demand.
 *
 *   naps COUNT
 *   > ready PID
 *   < any line
 *   > done COUNT
 *   < any line: once more; the end of input: exit
 *
 * Between a line and its answer the process leaves the CPU COUNT times of its own will.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: naps COUNT");
	long count = atol(argv[1]);
	char line[64];

	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	while (fgets(line, sizeof(line), stdin)) {
		for (long i = 0; i < count; i++)
			usleep(1);
		printf("done %ld\n", count);
	}
	return 0;
}
