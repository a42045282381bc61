/*
 * Loops that spend their time on one kind of work: prints ns per operation. It starts when it is told a line,
 * so that it can be named as a target first. On one CPU: what differs is the work, not where it runs.
 * Usage: loops getppid|pipe|yield|fork|exec|copy|futex COUNT
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static pid_t start(void)
{
	pid_t child = fork();
	if (child < 0)
		fail("fork");
	return child;
}

/* The cheapest system call. */
static void getppids(long count)
{
	for (long i = 0; i < count; i++)
		syscall(SYS_getppid);
}

static void bounce(int from, int to, long count)
{
	char byte = 0;
	for (long i = 0; i < count; i++)
		if (read(from, &byte, 1) != 1 || write(to, &byte, 1) != 1)
			fail("bounce");
}

/* A byte goes back and forth between two processes: two switches each time. */
static void pipes(long count)
{
	int there[2], back[2];

	if (pipe(there) || pipe(back))
		fail("pipe");
	if (start() == 0) {
		bounce(there[0], back[1], count);
		_exit(0);
	}
	if (write(there[1], "x", 1) != 1)
		fail("write");
	bounce(back[0], there[1], count - 1);
	wait(NULL);
}

/* Two processes give way to each other. */
static void yields(long count)
{
	pid_t child = start();
	for (long i = 0; i < count; i++)
		sched_yield();
	if (child == 0)
		_exit(0);
	wait(NULL);
}

static void forks(long count)
{
	for (long i = 0; i < count; i++) {
		if (start() == 0)
			_exit(0);
		wait(NULL);
	}
}

static void execs(long count)
{
	for (long i = 0; i < count; i++) {
		if (start() == 0) {
			execl("/bin/true", "true", NULL);
			_exit(1);
		}
		wait(NULL);
	}
}

/* From file to file in memory, 1 KiB at a time. */
static void copies(long count)
{
	char block[1024] = {};
	int from = memfd_create("from", 0), to = memfd_create("to", 0);

	if (from < 0 || to < 0)
		fail("memfd_create");
	if (write(from, block, sizeof(block)) != sizeof(block))
		fail("write");
	for (long i = 0; i < count; i++)
		if (pread(from, block, sizeof(block), 0) != sizeof(block) ||
		    pwrite(to, block, sizeof(block), i % 1024 * sizeof(block)) != sizeof(block))
			fail("copy");
}

static void await_turn(unsigned *turn, unsigned mine)
{
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != mine)
		syscall(SYS_futex, turn, FUTEX_WAIT, !mine, NULL, NULL, 0);
	__atomic_store_n(turn, !mine, __ATOMIC_RELEASE);
	syscall(SYS_futex, turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Two processes wait for each other in turn, as threads do for a lock. */
static void futexes(long count)
{
	unsigned *turn = mmap(NULL, sizeof(*turn), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (turn == MAP_FAILED)
		fail("mmap");
	pid_t child = start();
	for (long i = 0; i < count; i++)
		await_turn(turn, child == 0);
	if (child == 0)
		_exit(0);
	wait(NULL);
}

static const struct {
	const char *name;
	void (*run)(long count);
} loops[] = {{"getppid", getppids}, {"pipe", pipes},  {"yield", yields}, {"fork", forks},
	     {"exec", execs},	    {"copy", copies}, {"futex", futexes}};

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 0;
	struct timespec begin, end;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		fail("sched_setaffinity");
	for (size_t i = 0; count > 0 && i < sizeof(loops) / sizeof(loops[0]); i++) {
		if (strcmp(argv[1], loops[i].name))
			continue;
		for (int told = 0; told != EOF && told != '\n';)
			told = getchar();
		clock_gettime(CLOCK_MONOTONIC, &begin);
		loops[i].run(count);
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%.1f\n", ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / count);
		return 0;
	}
	fputs("usage: loops getppid|pipe|yield|fork|exec|copy|futex COUNT\n", stderr);
	return 2;
}
