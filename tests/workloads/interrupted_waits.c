/*
 * interrupted_waits KIND: after 'go' one thread waits for a semaphore; three signals interrupt it. fails: the
 * call fails each time, and after a pause it waits again at the same place. resumes: the kernel has the same
 * call go on. Then it says how long the calls took in all, in ns.
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SIGNALS 3

static sem_t semaphore;
static pthread_barrier_t begins;
static int fails;
static long waited;

static long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void handle(int signal)
{
	(void)signal;
}

static void *wait_for_it(void *unused)
{
	int failed;
	do {
		pthread_barrier_wait(&begins);
		long begin = now();
		failed = sem_wait(&semaphore);
		waited += now() - begin;
		if (failed)
			usleep(101000); /* none of its waits */
	} while (failed);
	return unused;
}

int main(int argc, char **argv)
{
	char line[16];
	pthread_t thread;
	fails = argc > 1 && !strcmp(argv[1], "fails");
	struct sigaction action = {.sa_handler = handle, .sa_flags = fails ? 0 : SA_RESTART};
	sigaction(SIGUSR1, &action, NULL);
	sem_init(&semaphore, 0, 0);
	pthread_barrier_init(&begins, NULL, 2);
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	pthread_create(&thread, NULL, wait_for_it, NULL);
	for (int i = 0; i <= SIGNALS; i++) {
		if (fails || i == 0)
			pthread_barrier_wait(&begins);
		usleep(53000);
		if (i < SIGNALS)
			pthread_kill(thread, SIGUSR1);
	}
	sem_post(&semaphore);
	pthread_join(thread, NULL);
	printf("done %ld\n", waited);
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) ? 1 : 0;
}
