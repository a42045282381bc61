/*
 * deadlocks KIND: after 'go', says 'done'. abba: two threads wait for each other. three: three in a circle.
 * retreat: two threads that take two mutexes in the opposite order, but give back what they have where they
 * cannot have both. alone: a thread that locks what it holds. timed: abba for 3 seconds. broken: abba until
 * the next line: then the first thread gives back what another one holds. orphaned: abba, and the first
 * thread ends.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 3

pthread_mutex_t config_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t cache_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *mutexes[MOST] = {&config_mutex, &cache_mutex, &table_mutex};
static pthread_barrier_t start, held;
static int threads;
static enum { WAITS, RETREATS, TIMED } how;

__attribute__((noinline)) static void waits_for(pthread_mutex_t *mutex)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 3;
	if (how == TIMED)
		pthread_mutex_timedlock(mutex, &until);
	else
		pthread_mutex_lock(mutex);
}

static void retreats(pthread_mutex_t *mine, pthread_mutex_t *other)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	while (1) {
		pthread_mutex_lock(mine);
		nanosleep(&moment, NULL);
		if (!pthread_mutex_trylock(other))
			pthread_mutex_unlock(other);
		pthread_mutex_unlock(mine);
	}
}

static void *run(void *which)
{
	long me = (long)which;
	pthread_mutex_t *mine = mutexes[me], *other = mutexes[(me + 1) % threads];
	pthread_barrier_wait(&start);
	if (how == RETREATS)
		retreats(mine, other);
	pthread_mutex_lock(mine);
	pthread_barrier_wait(&held);
	waits_for(other);
	pthread_mutex_unlock(mine);
	pause();
	return NULL;
}

int main(int argc, char **argv)
{
	char line[16];
	pthread_t thread;
	const char *kind = argc > 1 ? argv[1] : "abba";
	threads = !strcmp(kind, "three") ? 3 : !strcmp(kind, "alone") ? 1 : 2;
	how = !strcmp(kind, "retreat") ? RETREATS : !strcmp(kind, "timed") ? TIMED : WAITS;
	pthread_barrier_init(&start, NULL, threads + 1);
	pthread_barrier_init(&held, NULL, threads);
	for (long i = 0; i < threads; i++)
		pthread_create(&thread, NULL, run, (void *)i);
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	pthread_barrier_wait(&start);
	printf("done\n");
	fflush(stdout);
	if (!strcmp(kind, "orphaned"))
		pthread_exit(NULL);
	if (!strcmp(kind, "broken") && fgets(line, sizeof(line), stdin)) {
		pthread_mutex_unlock(&config_mutex);
		printf("done\n");
		fflush(stdout);
	}
	return fgets(line, sizeof(line), stdin) ? 1 : 0;
}
