/*
 * A life with everything that makes its sums hard: threads that come and go at once, an exec by a thread that
 * is not the leader, a leader that ends first and a last thread with 1 GiB to give back.
 *
 *   storm
 *   > ready PID
 *   < go
 *   > done 31
 *   < a line or the end of input: exit with status 41
 *
 * 31 threads start, work and end in a storm; one of them touches 1 GiB. Then another thread replaces the
 * process by its second stage, which does the same over again, says 'done', and ends its leader before the
 * thread that holds the memory.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define THREADS 31
#define STATUS	41
#define GIB	(1UL << 30)

static void await_line(void)
{
	char line[64];
	if (fgets(line, sizeof(line), stdin))
		return;
}

static void *work(void *number)
{
	size_t size = number ? 1009 * 4096 : GIB;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	for (size_t i = 0; i < size; i += 4096)
		memory[i] = 1;
	for (int i = 0; i < 101; i++)
		usleep(1);
	if (number)
		munmap(memory, size);
	return NULL;
}

static void storm(void)
{
	pthread_t threads[THREADS];

	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)i))
			errx(1, "pthread_create");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void *become_second_stage(void *unused)
{
	execl("/proc/self/exe", "storm", "second", (char *)NULL);
	err(1, "exec");
	return unused;
}

static void *outlive_leader(void *leader)
{
	pthread_join(*(pthread_t *)leader, NULL);
	usleep(10007);
	_exit(STATUS);
}

int main(int argc, char **argv)
{
	static pthread_t leader;
	pthread_t thread;

	setlinebuf(stdout);
	if (argc > 1 && !strcmp(argv[1], "second")) {
		storm();
		printf("done %d\n", THREADS);
		await_line();
		leader = pthread_self();
		if (pthread_create(&thread, NULL, outlive_leader, &leader))
			errx(1, "pthread_create");
		pthread_exit(NULL);
	}

	printf("ready %d\n", getpid());
	await_line();
	storm();
	if (pthread_create(&thread, NULL, become_second_stage, NULL))
		errx(1, "pthread_create");
	pthread_join(thread, NULL);
	return 1;
}
