/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What demo.sh takes a portrait of: a process in which every figure moves, and which then stands still.
 *
 *     sample FILE
 *
 * Its threads start, it says 'ready', and they wait. On a line from standard input they work, all of them on
 * one CPU, so that each has to wait for the others; the main thread writes and reads FILE and touches memory
 * meanwhile. When all is done it says 'rests', and every thread sleeps until standard input ends.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define WORKERS	     5
#define ROUNDS	     31
#define SPIN_NS	     7000000LL
#define SLEEP_NS     1000000L
#define FILE_BYTES   (3 * 1048583)
#define CHUNK	     65521
#define MEMORY_BYTES (64UL << 20)

static pthread_barrier_t begin, end;

static void need(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void tell(const char *line)
{
	need(write(STDOUT_FILENO, line, strlen(line)) > 0, "write");
}

/* On CPUs of their own the threads would not wait for one another. */
static void stay_on_one_cpu(void)
{
	cpu_set_t allowed, one;
	int cpu = 0;

	need(!sched_getaffinity(0, sizeof(allowed), &allowed), "sched_getaffinity");
	while (!CPU_ISSET(cpu, &allowed))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	need(!sched_setaffinity(0, sizeof(one), &one), "sched_setaffinity");
}

static long long cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *work(void *unused)
{
	const struct timespec nap = {.tv_nsec = SLEEP_NS};

	pthread_barrier_wait(&begin);
	for (int i = 0; i < ROUNDS; i++) {
		long long until = cpu_time() + SPIN_NS;
		while (cpu_time() < until)
			for (volatile int j = 0; j < 100000; j++)
				;
		nanosleep(&nap, NULL);
	}
	pthread_barrier_wait(&end);
	pause();
	return unused;
}

static void write_and_read(const char *path)
{
	static char chunk[CHUNK];
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	ssize_t count;

	need(file >= 0, path);
	memset(chunk, 'x', sizeof(chunk));
	for (size_t left = FILE_BYTES; left; left -= count) {
		count = write(file, chunk, left < sizeof(chunk) ? left : sizeof(chunk));
		need(count > 0, "write");
	}
	need(!fsync(file), "fsync");

	/* Out of the page cache, so that it comes from storage: by read, and by faults. */
	posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	lseek(file, 0, SEEK_SET);
	while ((count = read(file, chunk, sizeof(chunk))) > 0)
		;
	need(!count, "read");
	posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	volatile char *map = mmap(NULL, FILE_BYTES, PROT_READ, MAP_PRIVATE, file, 0);
	need(map != MAP_FAILED, "mmap");
	madvise((void *)map, FILE_BYTES, MADV_RANDOM);
	for (size_t i = 0; i < FILE_BYTES; i += 31 * 4096)
		(void)map[i];
	close(file);
}

/* Half of it stays: the peak is above what is resident in the end. */
static void touch_memory(void)
{
	char *memory = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(memory != MAP_FAILED, "mmap");
	memset(memory, 1, MEMORY_BYTES);
	munmap(memory, MEMORY_BYTES / 2);
}

int main(int argc, char **argv)
{
	char line[16];

	if (argc != 2) {
		fprintf(stderr, "usage: sample FILE\n");
		return 2;
	}
	stay_on_one_cpu();
	pthread_barrier_init(&begin, NULL, WORKERS + 1);
	pthread_barrier_init(&end, NULL, WORKERS + 1);
	for (int i = 0; i < WORKERS; i++) {
		pthread_t thread;
		need(!pthread_create(&thread, NULL, work, NULL), "pthread_create");
	}

	tell("ready\n");
	need(read(STDIN_FILENO, line, sizeof(line)) > 0, "read");
	pthread_barrier_wait(&begin);
	write_and_read(argv[1]);
	touch_memory();
	pthread_barrier_wait(&end);
	tell("rests\n");
	while (read(STDIN_FILENO, line, sizeof(line)) > 0)
		;
	return 0;
}
