/*
 * Forks as fast as it goes.
 *
 *   forks COUNT EACH
 *   > ready PID
 *   < go
 *   > done PID PID ...
 *   < a line or the end of input: exit
 *
 * Of the COUNT children each EACHth, told after 'done', starts a thread and sleeps until it is killed, at
 * most for a minute; the others end at once.
 */
#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST 1000

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void *sleep_on(void *unused)
{
	pause();
	return unused;
}

static void live_on(void)
{
	pthread_t thread;
	alarm(60);
	if (pthread_create(&thread, NULL, sleep_on, NULL))
		errx(1, "pthread_create");
	pause();
}

int main(int argc, char **argv)
{
	pid_t kept[MOST];
	int count = argc == 3 ? atoi(argv[1]) : 0, each = argc == 3 ? atoi(argv[2]) : 0, keeps = 0;

	if (each < 1 || count / each > MOST)
		errx(2, "usage: forks COUNT EACH");
	signal(SIGCHLD, SIG_IGN); /* nobody waits for them */
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	for (int i = 1; i <= count; i++) {
		pid_t child = fork();
		if (child < 0)
			err(1, "fork");
		if (!child) {
			if (i % each == 0)
				live_on();
			_exit(0);
		}
		if (i % each == 0)
			kept[keeps++] = child;
	}
	printf("done");
	for (int i = 0; i < keeps; i++)
		printf(" %d", kept[i]);
	printf("\n");
	await_line();
	return 0;
}
