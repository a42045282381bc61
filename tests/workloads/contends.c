/*
 * Two threads that wait for each other's mutex again and again, and each in between for a condition that
 * never comes, for 3 ms.
 *
 *   contends
 *   > ready PID
 *   < a line or the end of input: exit
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t shared_mutex = PTHREAD_MUTEX_INITIALIZER;

static void *contends(void *unused)
{
	(void)unused;
	const struct timespec hold = {.tv_nsec = 5000000};
	pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;
	for (;;) {
		pthread_mutex_lock(&shared_mutex);
		nanosleep(&hold, NULL);
		pthread_mutex_unlock(&shared_mutex);

		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 3000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_mutex_lock(&own);
		pthread_cond_timedwait(&never, &own, &until);
		pthread_mutex_unlock(&own);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[2];
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, contends, NULL))
			errx(1, "no thread");
	printf("ready %d\n", getpid());
	fflush(stdout);
	getchar();
	return 0;
}
