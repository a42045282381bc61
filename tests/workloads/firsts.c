/*
 * Processes whose two threads make their first system call since 'ready' at the same time, on two CPUs.
 *
 *   firsts COUNT
 *   > ready PID PID ...
 *   < go
 *   > done
 *   < a line or the end of input: exit
 *
 * PID: the COUNT processes, one after the other; that call is getppid. They sleep before it and after it, and
 * are killed when the first process ends.
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MOST	  1000
#define AWAKENING 500000 /* ns until both are awake and count the time down */

static struct {
	atomic_int may_begin;
	atomic_llong begin;
} * turn;
static int cpus[2];

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static long long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *begin_together(void *cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(*(int *)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "sched_setaffinity");
	while (!turn->may_begin)
		syscall(SYS_futex, &turn->may_begin, FUTEX_WAIT, 0, NULL, NULL, 0);
	while (now() < turn->begin)
		;
	syscall(SYS_getppid);
	pause();
	return NULL;
}

static void live(void)
{
	pthread_t thread;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pthread_create(&thread, NULL, begin_together, &cpus[1]))
		errx(1, "pthread_create");
	begin_together(&cpus[0]);
}

/* The first and the last that this process may use. */
static void choose_cpus(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof(set), &set))
		err(1, "sched_getaffinity");
	if (CPU_COUNT(&set) < 2)
		errx(1, "two CPUs are needed");
	for (cpus[0] = 0; !CPU_ISSET(cpus[0], &set);)
		cpus[0]++;
	for (cpus[1] = CPU_SETSIZE - 1; !CPU_ISSET(cpus[1], &set);)
		cpus[1]--;
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;

	if (count < 1 || count > MOST)
		errx(2, "usage: firsts COUNT");
	choose_cpus();
	turn = mmap(NULL, count * sizeof(*turn), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (turn == MAP_FAILED)
		err(1, "mmap");
	printf("ready");
	fflush(stdout);
	for (int i = 0; i < count; i++, turn++) {
		pid_t child = fork();
		if (child < 0)
			err(1, "fork");
		if (!child)
			live();
		printf(" %d", child);
	}
	printf("\n");
	fflush(stdout);
	await_line();
	for (turn -= count; count; count--, turn++) {
		turn->begin = now() + AWAKENING;
		turn->may_begin = 1;
		syscall(SYS_futex, &turn->may_begin, FUTEX_WAKE, 2, NULL, NULL, 0);
		usleep(2 * AWAKENING / 1000);
	}
	printf("done\n");
	fflush(stdout);
	await_line();
	return 0;
}
