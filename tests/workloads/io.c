/*
 * Known amounts of input, output, page faults and sleeps.
 *
 *   io THREADS
 *   > ready PID
 *   < go
 *   > done WRITTEN READ FAULTS SLEEPS
 *   < a line or the end of input: exit
 *
 * One turn writes 1,000,003 bytes to a file and syncs it, reads 700,001 of them, touches 1,009 fresh pages
 * and sleeps 211 times. With THREADS 0 the first thread makes one turn; else that many threads make one
 * each, one after another, and have ended at 'done'.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define WRITTEN 1000003
#define READ	700001
#define PAGES	1009
#define SLEEPS	211

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void transfer(void)
{
	static char buffer[4099];
	char path[] = "/var/tmp/io-XXXXXX";
	size_t left, size;
	int file = mkstemp(path);

	if (file < 0 || unlink(path))
		err(1, "%s", path);
	for (left = WRITTEN; left; left -= size) {
		size = left < sizeof(buffer) ? left : sizeof(buffer);
		if (write(file, buffer, size) != (ssize_t)size)
			err(1, "write");
	}
	if (fsync(file) || lseek(file, 0, SEEK_SET))
		err(1, "fsync");
	for (left = READ; left; left -= size) {
		size = left < sizeof(buffer) ? left : sizeof(buffer);
		if (read(file, buffer, size) != (ssize_t)size)
			err(1, "read");
	}
	close(file);
}

static void touch(void)
{
	size_t page = sysconf(_SC_PAGESIZE), size = PAGES * page;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* EINVAL: a kernel that has no huge pages, as fully preemptible ones */
	if (memory == MAP_FAILED || (madvise(memory, size, MADV_NOHUGEPAGE) && errno != EINVAL))
		err(1, "mmap");
	for (size_t i = 0; i < size; i += page)
		memory[i] = 1;
}

static void *turn(void *unused)
{
	const struct timespec moment = {.tv_nsec = 1};

	transfer();
	touch();
	for (int i = 0; i < SLEEPS; i++)
		nanosleep(&moment, NULL);
	return unused;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: io THREADS");
	int threads = atoi(argv[1]), turns = threads ? threads : 1;

	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	if (!threads)
		turn(NULL);
	for (int i = 0; i < threads; i++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, turn, NULL) || pthread_join(thread, NULL))
			errx(1, "pthread_create");
	}
	printf("done %d %d %d %d\n", turns * WRITTEN, turns * READ, turns * PAGES, turns * SLEEPS);
	await_line();
	return 0;
}
