/*
 * System calls of known counts, made by seven threads.
 *
 *   calls
 *   > ready PID
 *   < go
 *   > done ENTRIES
 *   < a line: once more; the end of input: exit
 *
 * Each thread makes eleven kinds of calls, the counts of which are primes, with three kinds of errors. It
 * waits in a read(2) before and after. ENTRIES: of all threads, from the end of the read before to the
 * beginning of the one after.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 7

static int start[THREADS][2], end[2];

static long repeat(int times, long number, long a, long b, long c)
{
	for (int i = 0; i < times; i++)
		syscall(number, a, b, c);
	return times;
}

static long work(void)
{
	long entries = 0;
	char byte = 0;
	int null = open("/dev/null", O_RDWR); /* openat */

	entries += 1;
	entries += repeat(101, SYS_getppid, 0, 0, 0);
	entries += repeat(103, SYS_getuid, 0, 0, 0);
	entries += repeat(107, SYS_close, -1, 0, 0);				/* EBADF */
	entries += repeat(109, SYS_openat, AT_FDCWD, (long)"/no/such/file", 0); /* ENOENT */
	entries += repeat(113, SYS_write, null, (long)&byte, 1);
	entries += repeat(127, SYS_lseek, null, 0, SEEK_SET);
	entries += repeat(131, SYS_sched_yield, 0, 0, 0);
	entries += repeat(137, SYS_fcntl, null, F_GETFD, 0);
	entries += repeat(139, SYS_dup, -1, 0, 0);   /* EBADF */
	entries += repeat(149, SYS_munmap, 1, 1, 0); /* EINVAL */
	entries += repeat(151, SYS_umask, 022, 0, 0);
	syscall(SYS_close, null);
	return entries + 1;
}

static void *serve(void *which)
{
	char byte;
	while (read(start[(long)which][0], &byte, 1) == 1) {
		long entries = work() + 1; /* with the write */
		if (write(end[1], &entries, sizeof(entries)) != sizeof(entries))
			err(1, "write");
	}
	return NULL;
}

static long work_of_all(void)
{
	long all = 0, entries;

	for (int i = 0; i < THREADS; i++)
		if (write(start[i][1], "x", 1) != 1)
			err(1, "write");
	for (int i = 0; i < THREADS; i++) {
		if (read(end[0], &entries, sizeof(entries)) != sizeof(entries))
			err(1, "read");
		all += entries;
	}
	return all;
}

int main(void)
{
	pthread_t thread;
	char line[64];

	if (pipe(end))
		err(1, "pipe");
	for (long i = 0; i < THREADS; i++)
		if (pipe(start[i]) || pthread_create(&thread, NULL, serve, (void *)i))
			err(1, "pipe or thread");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	while (fgets(line, sizeof(line), stdin))
		printf("done %ld\n", work_of_all());
	return 0;
}
