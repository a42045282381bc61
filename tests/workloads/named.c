/*
 * A process with two threads that call themselves what they are told.
 *
 *   named NAME
 *   > ready PID
 *   < go
 *   > done
 *   < a line or the end of input: exit
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void *rest(void *unused)
{
	pause();
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 2)
		errx(2, "usage: named NAME");
	if (prctl(PR_SET_NAME, argv[1]))
		err(1, "prctl");
	if (pthread_create(&thread, NULL, rest, NULL)) /* it has the name of its maker */
		errx(1, "pthread_create");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	puts("done");
	await_line();
	return 0;
}
