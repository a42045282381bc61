/*
 * Loops that spend their time on one kind of work: prints ns per operation. It starts when it is told a line,
 * so that it can be named as a target first. On one CPU, the first that it may use: what differs is the
 * work, not where it runs. Only the programs of 'launch' and 'run' have all of them. Usage: loops NAME COUNT
 * [COMMAND...]   NAME as in the table at the end; launch and run take a command
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char **command; /* of launch and run */

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

/* As a shell does with what it is told. */
static void runs(long count)
{
	for (long i = 0; i < count; i++) {
		if (start() == 0) {
			execvp(*command, command);
			_exit(127);
		}
		int status;
		wait(&status);
		if (status)
			errx(1, "%s ended with status %d", *command, status);
	}
}

/* The cheapest way to another program: the parent sleeps until the child has become it. */
static void launches(long count)
{
	for (long i = 0; i < count; i++) {
		pid_t child = vfork();

		if (child < 0)
			fail("vfork");
		if (child == 0) {
			execv(*command, command);
			_exit(127);
		}
		wait(NULL);
	}
}

/* A process becomes the same program again and again; what it has to know goes with it as arguments. */
static void become(long left, const struct timespec *begin, long count)
{
	char arguments[4][32];

	if (left == 0)
		return;
	snprintf(arguments[0], sizeof(arguments[0]), "%ld", count);
	snprintf(arguments[1], sizeof(arguments[1]), "%ld", left - 1);
	snprintf(arguments[2], sizeof(arguments[2]), "%lld", (long long)begin->tv_sec);
	snprintf(arguments[3], sizeof(arguments[3]), "%ld", begin->tv_nsec);
	execl("/proc/self/exe", "loops", "execl", arguments[0], arguments[1], arguments[2], arguments[3],
	      NULL);
	fail("execl");
}

/* From file to file in memory, so that no disk is measured. */
static void copy(long count, size_t size)
{
	char block[4096] = {};
	int from = memfd_create("from", 0), to = memfd_create("to", 0);

	if (from < 0 || to < 0)
		fail("memfd_create");
	if (write(from, block, size) != (ssize_t)size)
		fail("write");
	for (long i = 0; i < count; i++)
		if (pread(from, block, size, 0) != (ssize_t)size ||
		    pwrite(to, block, size, i % 1024 * size) != (ssize_t)size)
			fail("copy");
}
static void copies(long count)
{
	copy(count, 1024);
}
static void small_copies(long count)
{
	copy(count, 256);
}
static void large_copies(long count)
{
	copy(count, 4096);
}

/* 512 bytes into a pipe and out again, by one process: no switch. */
static void throughput(long count)
{
	char block[512] = {};
	int ends[2];

	if (pipe(ends))
		fail("pipe");
	for (long i = 0; i < count; i++)
		if (write(ends[1], block, sizeof(block)) != sizeof(block) ||
		    read(ends[0], block, sizeof(block)) != sizeof(block))
			fail("throughput");
}

/* Five cheap system calls of different kinds. */
static void mix(long count)
{
	for (long i = 0; i < count; i++) {
		int copied = dup(0);
		close(copied);
		syscall(SYS_getpid);
		syscall(SYS_getuid);
		umask(022);
	}
}

/* A lock that is always free: the kernel is not asked. */
static void mutexes(long count)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	for (long i = 0; i < count; i++) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
	}
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
	int takes_command;
} loops[] = {
	{"getppid", getppids, 0}, {"mix", mix, 0},
	{"pipe", pipes, 0},	  {"throughput", throughput, 0},
	{"yield", yields, 0},	  {"fork", forks, 0},
	{"exec", execs, 0},	  {"copy256", small_copies, 0},
	{"copy", copies, 0},	  {"copy4096", large_copies, 0},
	{"mutex", mutexes, 0},	  {"futex", futexes, 0},
	{"launch", launches, 1},  {"run", runs, 1},
};

static void stay_on_one_cpu(void)
{
	cpu_set_t all, one;
	int first = 0;

	if (sched_getaffinity(0, sizeof(all), &all))
		fail("sched_getaffinity");
	while (!CPU_ISSET(first, &all))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		fail("sched_setaffinity");
}

static void await_line(void)
{
	for (int told = 0; told != EOF && told != '\n';)
		told = getchar();
}

static void report(const struct timespec *begin, long count)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.1f\n", ((end.tv_sec - begin->tv_sec) * 1e9 + (end.tv_nsec - begin->tv_nsec)) / count);
}

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 0;
	struct timespec begin;

	command = argv + 3;
	if (count > 0 && strcmp(argv[1], "execl") == 0) {
		if (argc == 6) {
			begin = (struct timespec){atoll(argv[4]), atol(argv[5])};
			become(atol(argv[3]), &begin, count);
		} else {
			stay_on_one_cpu();
			await_line();
			clock_gettime(CLOCK_MONOTONIC, &begin);
			become(count, &begin, count);
		}
		report(&begin, count);
		return 0;
	}
	for (size_t i = 0; count > 0 && i < sizeof(loops) / sizeof(loops[0]); i++) {
		if (strcmp(argv[1], loops[i].name) || loops[i].takes_command != (argc > 3))
			continue;
		if (!loops[i].takes_command)
			stay_on_one_cpu();
		await_line();
		clock_gettime(CLOCK_MONOTONIC, &begin);
		loops[i].run(count);
		report(&begin, count);
		return 0;
	}
	fputs("usage: loops NAME COUNT [COMMAND...]; NAME: execl", stderr);
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++)
		fprintf(stderr, ", %s", loops[i].name);
	fputs("\n", stderr);
	return 2;
}
