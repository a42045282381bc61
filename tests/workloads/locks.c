/*
 * locks: 11 threads take 5 global mutexes in turn, 97 times each, and hold each for a moment, so that most of
 * them wait. Then it stands still. It says how long each has waited around the call, in all, in ns.
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define THREADS 11
#define MUTEXES 5
#define ROUNDS	97

pthread_mutex_t first_mutex = PTHREAD_MUTEX_INITIALIZER;
struct {
	long before;
	pthread_mutex_t mutex;
} second_thing = {0, PTHREAD_MUTEX_INITIALIZER};
static pthread_mutex_t third_mutex; /* zero at first: not in the file */
pthread_mutex_t several[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static pthread_mutex_t *mutexes[MUTEXES] = {&first_mutex, &second_thing.mutex, &third_mutex, &several[0],
					    &several[1]};
static pthread_barrier_t start, end;
static long waited[THREADS];

static long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000 + time.tv_nsec;
}

__attribute__((noinline)) static void takes_turns(long which)
{
	const struct timespec moment = {.tv_nsec = 200000};
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_t *mutex = mutexes[(which + i) % MUTEXES];
		long begin = now();
		pthread_mutex_lock(mutex);
		waited[which] += now() - begin;
		nanosleep(&moment, NULL);
		pthread_mutex_unlock(mutex);
	}
}

static void *run(void *which)
{
	pthread_barrier_wait(&start);
	takes_turns((long)which);
	pthread_barrier_wait(&end);
	pause();
	return NULL;
}

int main(void)
{
	char line[16];
	pthread_t thread;
	long all = 0;
	pthread_barrier_init(&start, NULL, THREADS + 1);
	pthread_barrier_init(&end, NULL, THREADS + 1);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&thread, NULL, run, (void *)i);
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	pthread_barrier_wait(&start);
	pthread_barrier_wait(&end);
	for (int i = 0; i < THREADS; i++)
		all += waited[i];
	printf("done %ld\n", all);
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) ? 1 : 0;
}
