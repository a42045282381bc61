/*
 * Two threads that wait for conditions that never come, each in a function of its own: one 7 ms at a time,
 * the other 13 ms. With PLACES each has waited at so many others before, 1 ms at each.
 *
 *   conditions [PLACES]
 *   > ready PID
 *   < with PLACES a line: they begin
 *   < a line or the end of input: exit
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_for(pthread_mutex_t *mutex, pthread_cond_t *never, long nanoseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += nanoseconds;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(mutex);
	pthread_cond_timedwait(never, mutex, &until);
	pthread_mutex_unlock(mutex);
}

__attribute__((noinline)) static void short_wait(pthread_mutex_t *mutex, pthread_cond_t *never)
{
	wait_for(mutex, never, 7000003);
	__asm__ volatile(""); /* no jump in place of the call */
}

__attribute__((noinline)) static void long_wait(pthread_mutex_t *mutex, pthread_cond_t *never)
{
	wait_for(mutex, never, 13000027);
	__asm__ volatile("");
}

static int places;

/* Each depth is a place of its own. */
__attribute__((noinline)) static void wander(pthread_mutex_t *mutex, pthread_cond_t *never, int depth)
{
	if (!depth)
		return;
	wait_for(mutex, never, 1000003);
	wander(mutex, never, depth - 1);
	__asm__ volatile("");
}

static void *waits(void *is_long)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;

	wander(&mutex, &never, places);
	for (;;)
		if (is_long)
			long_wait(&mutex, &never);
		else
			short_wait(&mutex, &never);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	char line[64];

	places = argc > 1 ? atoi(argv[1]) : 0;
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (places && !fgets(line, sizeof(line), stdin))
		return 1;
	if (pthread_create(&thread, NULL, waits, NULL) || pthread_create(&thread, NULL, waits, line))
		errx(1, "pthread_create");
	return fgets(line, sizeof(line), stdin) != NULL;
}
