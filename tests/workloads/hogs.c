/*
 * Threads that want the CPU, for a bounded time.
 *
 *   hogs THREADS CPU MILLISECONDS
 *   > ready PID
 *   < go
 *   > done THREADS
 *   < a line or the end of input: exit
 *
 * Pinned to CPU they do nothing but spin. With CPU -1 they run anywhere, spin for 1009 us and pause for 101
 * us in turn; and because they soon settle, the first thread shoves one of them to another CPU every 5 ms,
 * running or waiting, and lets it go again. Every thread sleeps at 'ready' and at 'done': none has ended.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <time.h>

#define MOST 64

static int start[2], report[2], stop[2];
static int threads, pinned_to;
static long milliseconds;
static pthread_t hogs[MOST];

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void await_byte(int from)
{
	char byte;
	if (read(from, &byte, 1) < 0)
		err(1, "read");
}

static void send_byte(int to)
{
	if (write(to, "", 1) != 1)
		err(1, "write");
}

static long now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void spin_until(long when)
{
	while (now_us() < when)
		;
}

static void *hog(void *unused)
{
	await_byte(start[0]);
	long end = now_us() + milliseconds * 1000;
	if (pinned_to >= 0)
		spin_until(end);
	while (now_us() < end) {
		spin_until(now_us() + 1009);
		usleep(101);
	}
	send_byte(report[1]);
	await_byte(stop[0]);
	return unused;
}

static void set_cpus(pthread_t thread, int first, int last)
{
	cpu_set_t cpus;
	CPU_ZERO(&cpus);
	for (int cpu = first; cpu <= last; cpu++)
		CPU_SET(cpu, &cpus);
	if (pthread_setaffinity_np(thread, sizeof(cpus), &cpus))
		errx(1, "pthread_setaffinity_np");
}

static void shove_until(long end)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	for (int i = 0; now_us() < end; i++) {
		pthread_t thread = hogs[i % threads];
		int cpu = i / threads % cpus;
		set_cpus(thread, cpu, cpu);
		set_cpus(thread, 0, cpus - 1);
		usleep(5003);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4 || atoi(argv[1]) > MOST)
		errx(2, "usage: hogs THREADS CPU MILLISECONDS");
	threads = atoi(argv[1]);
	pinned_to = atoi(argv[2]);
	milliseconds = atol(argv[3]);

	if (pinned_to >= 0)
		set_cpus(pthread_self(), pinned_to, pinned_to);
	if (pipe(start) || pipe(report) || pipe(stop))
		err(1, "pipe");
	for (int i = 0; i < threads; i++)
		if (pthread_create(&hogs[i], NULL, hog, NULL))
			errx(1, "pthread_create");

	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	for (int i = 0; i < threads; i++)
		send_byte(start[1]);
	if (pinned_to < 0)
		shove_until(now_us() + milliseconds * 1000);
	for (int i = 0; i < threads; i++)
		await_byte(report[0]);
	printf("done %d\n", threads);
	await_line();
	return 0;
}
