/*
 * A process that outlives its first thread and then becomes a new program, over and over.
 *
 *   leaderexecs COUNT
 *   > ready PID
 *   < go
 *   > done DELAY COUNT
 *   < a line or the end of input: exit
 *
 * Each time the leader sleeps 53 times and ends, and only it; then another thread sleeps 53 times and exec's
 * the program again. All of them share one CPU, and the last thing that a leader does is to read its own
 * schedstat: DELAY is the sum of what they have waited in nanoseconds, COUNT that of their waits.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAPS 53

static long left, delay, count;
static pthread_t leader;

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void nap(void)
{
	for (int i = 0; i < NAPS; i++)
		usleep(1);
}

static void stay_on_one_cpu(void)
{
	cpu_set_t cpu;
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	if (sched_setaffinity(0, sizeof(cpu), &cpu))
		err(1, "sched_setaffinity");
}

static void add_schedstat(void)
{
	char line[128] = "";
	long waited, waits;
	int file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
	if (read(file, line, sizeof(line) - 1) <= 0 || sscanf(line, "%*d %ld %ld", &waited, &waits) != 2)
		err(1, "schedstat");
	delay += waited;
	count += waits;
}

static void *replace(void *unused)
{
	char arguments[3][32];

	pthread_join(leader, NULL);
	nap();
	snprintf(arguments[0], sizeof(arguments[0]), "%ld", left - 1);
	snprintf(arguments[1], sizeof(arguments[1]), "%ld", delay);
	snprintf(arguments[2], sizeof(arguments[2]), "%ld", count);
	/* /proc/self is the leader, and that has no program any more. */
	execl("/proc/thread-self/exe", "leaderexecs", arguments[0], arguments[1], arguments[2], (char *)NULL);
	err(1, "exec");
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 2 && argc != 4)
		errx(2, "usage: leaderexecs COUNT");
	left = atol(argv[1]);
	setlinebuf(stdout);
	if (argc == 4) {
		delay = atol(argv[2]);
		count = atol(argv[3]);
	} else {
		stay_on_one_cpu();
		printf("ready %d\n", getpid());
		await_line();
	}
	if (!left) {
		printf("done %ld %ld\n", delay, count);
		await_line();
		return 0;
	}
	leader = pthread_self();
	nap();
	if (pthread_create(&thread, NULL, replace, NULL))
		errx(1, "pthread_create");
	add_schedstat();
	syscall(SYS_exit, 0);
	return 1;
}
