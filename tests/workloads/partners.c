/*
 * Two threads of one process, 'ping' and 'pong', that take turns on one CPU.
 *
 *   partners HOW ROUNDS CPU
 *   > ready PID
 *   < go
 *   > done ROUNDS
 *   < a line: once more; the end of input: exit
 *
 * HOW: 'pipe', a byte to and fro, for which each waits; 'yield', each gives the CPU up so many times. Both
 * sleep at 'ready' and at 'done'.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int ping[2], pong[2];
static long rounds, per_byte;

static void send_byte(int to)
{
	if (write(to, "", 1) != 1)
		err(1, "write");
}

static void await_byte(int from)
{
	char byte;
	if (read(from, &byte, 1) != 1)
		err(1, "read");
}

static void yield(void)
{
	for (long i = 0; i < per_byte; i++)
		sched_yield();
}

static void *answer(void *unused)
{
	pthread_setname_np(pthread_self(), "pong");
	for (;;) {
		await_byte(ping[0]);
		yield();
		send_byte(pong[1]);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t partner;
	cpu_set_t cpu;
	char line[64];

	if (argc != 4)
		errx(2, "usage: partners pipe|yield ROUNDS CPU");
	rounds = atol(argv[2]);
	if (!strcmp(argv[1], "yield"))
		per_byte = rounds, rounds = 1;
	CPU_ZERO(&cpu);
	CPU_SET(atoi(argv[3]), &cpu);
	if (sched_setaffinity(0, sizeof(cpu), &cpu))
		err(1, "sched_setaffinity");
	pthread_setname_np(pthread_self(), "ping");
	if (pipe(ping) || pipe(pong))
		err(1, "pipe");
	if (pthread_create(&partner, NULL, answer, NULL))
		errx(1, "pthread_create");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	while (fgets(line, sizeof(line), stdin)) {
		for (long i = 0; i < rounds; i++) {
			send_byte(ping[1]);
			yield();
			await_byte(pong[0]);
		}
		printf("done %s\n", argv[2]);
	}
	return 0;
}
