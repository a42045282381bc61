/*
 * exact: after 'go', 11 threads take 5 mutexes, 2 rwlocks and 3 spin locks, one thread at a time, so that
 * nobody waits; then the first thread holds each of them for so many rounds until another one waits for it.
 * Which is how often is in the tables. Then it says how long the contended ones were held and waited for, in
 * ns: mutexes (held, waited), the same of writes and of spin locks.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define THREADS 11
#define MUTEXES 5
#define RWLOCKS 2
#define SPINS	3
#define MOMENT	7000000 /* ns for which a lock is held once another one waits */

static const int mutex_times[MUTEXES] = {97, 89, 83, 79, 73}, mutex_rounds[MUTEXES] = {13, 11, 7, 5, 3};
static const int read_times[RWLOCKS] = {61, 59}, read_rounds[RWLOCKS] = {13, 11};
static const int write_times[RWLOCKS] = {53, 47}, write_rounds[RWLOCKS] = {7, 5};
static const int spin_times[SPINS] = {43, 41, 37}, spin_rounds[SPINS] = {3, 5, 7};

pthread_mutex_t normal = PTHREAD_MUTEX_INITIALIZER, recursive, checking, robust,
		timed = PTHREAD_MUTEX_INITIALIZER;
pthread_rwlock_t first_rwlock = PTHREAD_RWLOCK_INITIALIZER, second_rwlock = PTHREAD_RWLOCK_INITIALIZER;
pthread_spinlock_t first_spin, second_spin, third_spin;
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t *mutexes[MUTEXES] = {&normal, &recursive, &checking, &robust, &timed};
static pthread_rwlock_t *rwlocks[RWLOCKS] = {&first_rwlock, &second_rwlock};
static pthread_spinlock_t *spins[SPINS] = {&first_spin, &second_spin, &third_spin};
static long held[3], waited[3];
static atomic_int turn, waiter, begun;

static void expect(int result, int expected)
{
	if (result != expected)
		exit(3);
}

static long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct timespec far_away(void)
{
	struct timespec time;
	clock_gettime(CLOCK_REALTIME, &time);
	time.tv_sec += 60;
	return time;
}

static void *takes_all(void *which)
{
	struct timespec until = far_away();
	while (turn != (long)which)
		usleep(1000);
	for (int i = 0; i < MUTEXES; i++)
		for (int j = 0; j < mutex_times[i]; j++) {
			expect(mutexes[i] == &timed ? pthread_mutex_timedlock(&timed, &until)
						    : pthread_mutex_lock(mutexes[i]),
			       0);
			if (mutexes[i] == &recursive) {
				expect(pthread_mutex_trylock(&recursive), 0);
				expect(pthread_mutex_unlock(&recursive), 0);
			}
			if (mutexes[i] == &checking)
				expect(pthread_mutex_lock(&checking), EDEADLK);
			expect(pthread_mutex_unlock(mutexes[i]), 0);
		}
	for (int i = 0; i < RWLOCKS; i++) {
		for (int j = 0; j < read_times[i]; j++) {
			expect(pthread_rwlock_rdlock(rwlocks[i]), 0);
			expect(pthread_rwlock_unlock(rwlocks[i]), 0);
		}
		for (int j = 0; j < write_times[i]; j++) {
			expect(pthread_rwlock_trywrlock(rwlocks[i]), 0);
			expect(pthread_rwlock_unlock(rwlocks[i]), 0);
		}
	}
	for (int i = 0; i < SPINS; i++)
		for (int j = 0; j < spin_times[i]; j++) {
			expect(j % 2 ? pthread_spin_trylock(spins[i]) : pthread_spin_lock(spins[i]), 0);
			expect(pthread_spin_unlock(spins[i]), 0);
		}
	turn++;
	return NULL;
}

enum { MUTEX, READ, WRITE, SPIN };

struct lock {
	int kind;
	void *address;
};

static void take(const struct lock *lock)
{
	expect(lock->kind == MUTEX   ? pthread_mutex_lock(lock->address)
	       : lock->kind == READ  ? pthread_rwlock_rdlock(lock->address)
	       : lock->kind == WRITE ? pthread_rwlock_wrlock(lock->address)
				     : pthread_spin_lock(lock->address),
	       0);
}

static void give_back(const struct lock *lock)
{
	expect(lock->kind == MUTEX  ? pthread_mutex_unlock(lock->address)
	       : lock->kind == SPIN ? pthread_spin_unlock(lock->address)
				    : pthread_rwlock_unlock(lock->address),
	       0);
}

static int place_of(int kind)
{
	return kind == MUTEX ? 0 : kind == SPIN ? 2 : 1;
}

static void *waits(void *argument)
{
	const struct lock *lock = argument;
	waiter = gettid();
	begun = 1;
	long begin = now();
	take(lock);
	long time = now() - begin;
	if (lock->kind != READ)
		waited[place_of(lock->kind)] += time;
	give_back(lock);
	return NULL;
}

static int is_asleep(int tid)
{
	char path[64], line[512], state = 0;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	FILE *file = fopen(path, "r");
	if (file && fgets(line, sizeof(line), file))
		sscanf(line, "%*d %*s %c", &state);
	if (file)
		fclose(file);
	return state == 'S';
}

/* The first thread holds mine until another one waits for other, which is the same lock. */
static void contend(struct lock mine, struct lock other, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		pthread_t thread;
		begun = 0;
		take(&mine);
		long begin = now();
		pthread_create(&thread, NULL, waits, &other);
		while (!begun || (other.kind != SPIN && !is_asleep(waiter)))
			usleep(100);
		const struct timespec moment = {.tv_nsec = MOMENT};
		nanosleep(&moment, NULL);
		if (mine.kind != READ)
			held[place_of(mine.kind)] += now() - begin;
		give_back(&mine);
		pthread_join(thread, NULL);
	}
}

static void *signals(void *unused)
{
	for (int i = 0; i < 19; i++) {
		expect(pthread_mutex_trylock(&normal), EBUSY);
		expect(pthread_spin_trylock(&first_spin), EBUSY);
	}
	begun = 1;
	while (begun) {
		usleep(1000);
		pthread_cond_signal(&condition);
	}
	return unused;
}

/* Another thread fails to take what this one has; then it ends this one's wait for a condition. */
static void fails_and_signals(void)
{
	pthread_t thread;
	expect(pthread_mutex_lock(&normal), 0);
	expect(pthread_spin_lock(&first_spin), 0);
	expect(pthread_mutex_lock(&timed), 0);
	begun = 0;
	pthread_create(&thread, NULL, signals, NULL);
	while (!begun)
		usleep(100);
	expect(pthread_cond_wait(&condition, &timed), 0);
	begun = 0;
	expect(pthread_mutex_unlock(&timed), 0);
	expect(pthread_spin_unlock(&first_spin), 0);
	expect(pthread_mutex_unlock(&normal), 0);
	pthread_join(thread, NULL);
}

int main(void)
{
	char line[16];
	pthread_t threads[THREADS];
	pthread_mutexattr_t kind;
	pthread_mutexattr_init(&kind);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&recursive, &kind);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&checking, &kind);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_NORMAL);
	pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &kind);
	for (int i = 0; i < SPINS; i++)
		pthread_spin_init(spins[i], PTHREAD_PROCESS_PRIVATE);
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, takes_all, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("done\n");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	for (int i = 0; i < MUTEXES; i++)
		contend((struct lock){MUTEX, mutexes[i]}, (struct lock){MUTEX, mutexes[i]}, mutex_rounds[i]);
	for (int i = 0; i < RWLOCKS; i++) {
		contend((struct lock){WRITE, rwlocks[i]}, (struct lock){READ, rwlocks[i]}, read_rounds[i]);
		contend((struct lock){READ, rwlocks[i]}, (struct lock){WRITE, rwlocks[i]}, write_rounds[i]);
	}
	for (int i = 0; i < SPINS; i++)
		contend((struct lock){SPIN, (void *)spins[i]}, (struct lock){SPIN, (void *)spins[i]},
			spin_rounds[i]);
	fails_and_signals();
	printf("done %ld %ld %ld %ld %ld %ld\n", held[0], waited[0], held[1], waited[1], held[2], waited[2]);
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) ? 1 : 0;
}
