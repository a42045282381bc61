/*
 * A process and what it starts.
 *
 *   family CHILDREN GRANDCHILDREN
 *   > ready PID
 *   < go
 *   > done PID PID ...
 *   < a line or the end of input: exit
 *
 * CHILDREN processes, and of each GRANDCHILDREN processes; each of them with a second thread. They sleep
 * until they are killed, at most for a minute, also when the first process is gone.
 */
#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int started[2];

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

static void start(int children, int grandchildren)
{
	for (; children; children--) {
		pid_t child = fork();
		pthread_t thread;
		if (child < 0)
			err(1, "fork");
		if (child)
			continue;
		alarm(60);
		start(grandchildren, 0);
		if (pthread_create(&thread, NULL, sleep_on, NULL))
			errx(1, "pthread_create");
		child = getpid();
		if (write(started[1], &child, sizeof(child)) != sizeof(child))
			err(1, "write");
		pause();
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: family CHILDREN GRANDCHILDREN");
	int children = atoi(argv[1]), grandchildren = atoi(argv[2]);
	pid_t pid;

	signal(SIGCHLD, SIG_IGN); /* nobody waits for them */
	if (pipe(started))
		err(1, "pipe");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	start(children, grandchildren);
	printf("done");
	for (int left = children + children * grandchildren; left; left--) {
		if (read(started[0], &pid, sizeof(pid)) != sizeof(pid))
			err(1, "read");
		printf(" %d", pid);
	}
	printf("\n");
	await_line();
	return 0;
}
