/* PROCESSES processes of THREADS threads each that sleep: prints the pid of the first, then waits for the end
 * of input. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *sleep_on(void *unused)
{
	pause();
	return unused;
}

static void start(int threads)
{
	pthread_attr_t small;
	pthread_t thread;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 32768);
	while (--threads > 0)
		if (pthread_create(&thread, &small, sleep_on, NULL)) {
			perror("pthread_create");
			exit(1);
		}
}

int main(int argc, char **argv)
{
	int processes = argc > 1 ? atoi(argv[1]) : 1, threads = argc > 2 ? atoi(argv[2]) : 1000;
	int started[2];
	char byte;

	if (pipe(started))
		return 1;
	for (int i = 1; i < processes; i++)
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			start(threads);
			if (write(started[1], "x", 1) != 1)
				return 1;
			pause();
		}
	start(threads);
	for (int i = 1; i < processes; i++)
		if (read(started[0], &byte, 1) != 1)
			return 1;
	printf("%d\n", getpid());
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
