/*
 * Threads that have waited for the CPU and are gone, and what the kernel had on them at their end.
 *
 *   gone THREADS CPU
 *   > ready PID
 *   < go
 *   > done DELAY COUNT
 *   < a line or the end of input: exit
 *
 * Pinned to CPU, THREADS threads spin for 23 ms side by side; the last thing that each does is to read its
 * own schedstat. DELAY is the sum of what they have waited in nanoseconds, COUNT that of their waits.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MOST 64

static long delay, count;

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static long spent_us(void)
{
	struct timespec spent;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
}

static void *spin(void *unused)
{
	char line[128] = "";
	long waited, waits;
	int file = open("/proc/thread-self/schedstat", O_RDONLY);

	while (spent_us() < 23000)
		;
	if (read(file, line, sizeof(line) - 1) <= 0 || sscanf(line, "%*d %ld %ld", &waited, &waits) != 2)
		err(1, "schedstat");
	__atomic_fetch_add(&delay, waited, __ATOMIC_RELAXED);
	__atomic_fetch_add(&count, waits, __ATOMIC_RELAXED);
	return unused;
}

int main(int argc, char **argv)
{
	if (argc != 3 || atoi(argv[1]) > MOST)
		errx(2, "usage: gone THREADS CPU");
	int threads = atoi(argv[1]);
	pthread_t started[MOST];
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(atoi(argv[2]), &cpu);
	if (sched_setaffinity(0, sizeof(cpu), &cpu))
		err(1, "sched_setaffinity");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	for (int i = 0; i < threads; i++)
		if (pthread_create(&started[i], NULL, spin, NULL))
			errx(1, "pthread_create");
	for (int i = 0; i < threads; i++)
		pthread_join(started[i], NULL);
	printf("done %ld %ld\n", delay, count);
	await_line();
	return 0;
}
