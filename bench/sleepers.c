/*
 * PROCESSES processes of THREADS threads each that wake up once a second, so that every figure of each
 * changes between two readings. Says 'ready' and the pid of the first when all are there, and ends with the
 * end of its input.
 *
 *   sleepers PROCESSES THREADS
 */
#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *nap(void *unused)
{
	for (;;)
		sleep(1);
	return unused;
}

static void live(int threads)
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 * 1024);
	while (--threads)
		if (pthread_create(&thread, &small, nap, NULL))
			errx(1, "pthread_create");
	nap(NULL);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: sleepers PROCESSES THREADS");
	pid_t first = 0;

	setpgid(0, 0);
	for (int left = atoi(argv[1]); left; left--) {
		pid_t child = fork();
		if (child < 0)
			err(1, "fork");
		if (!child)
			live(atoi(argv[2]));
		if (!first)
			first = child;
	}
	sleep(1);
	printf("ready %d\n", first);
	fflush(stdout);
	getchar();
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		; /* their pids are free again */
	return 0;
}
