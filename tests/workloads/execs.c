/*
 * A process whose threads replace it, over and over.
 *
 *   execs COUNT
 *   > ready PID
 *   < go
 *   > done COUNT
 *   < a line or the end of input: exit
 *
 * Each time three threads spin, and after 5 ms a fourth, which is not the leader, exec's the program again.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char left[16];
static const char *total;

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void *spin(void *unused)
{
	for (;;)
		;
	return unused;
}

static void *replace(void *unused)
{
	usleep(5003);
	execl("/proc/self/exe", "execs", total, left, (char *)NULL);
	err(1, "exec");
	return unused;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "usage: execs COUNT");
	pthread_t thread;
	int count = atoi(argv[argc - 1]);

	setlinebuf(stdout);
	total = argv[1];
	if (argc == 2) {
		printf("ready %d\n", getpid());
		await_line();
	}
	if (!count) {
		printf("done %s\n", total);
		await_line();
		return 0;
	}
	snprintf(left, sizeof(left), "%d", count - 1);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, spin, NULL))
			errx(1, "pthread_create");
	if (pthread_create(&thread, NULL, replace, NULL))
		errx(1, "pthread_create");
	pthread_join(thread, NULL);
	return 1;
}
