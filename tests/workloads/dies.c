/*
 * Dies as it is told.
 *
 *   dies HOW [DIRECTORY]
 *   > ready PID
 *   < go
 *
 * HOW: 'exit' with status 42; 'hold', likewise, with 7 MiB from the beginning; 'fault' at address 1009;
 * 'abort'; 'alarm' of a timer of setitimer(2); 'timer' of timer_create(2); 'queue', of sigqueue(3) to itself;
 * 'pipe', writing where nobody reads; 'memory', taking more and more of it. With a DIRECTORY a core may be
 * dumped there. At 'go' it has no thread but the first.
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define STATUS	42
#define ADDRESS 1009
#define WAIT_US 1009
#define MIB	(1 << 20)
#define HELD	7

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void allow_core(const char *directory)
{
	const struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};
	if (chdir(directory) || setrlimit(RLIMIT_CORE, &any))
		err(1, "%s", directory);
}

static void die_of_fault(void)
{
	*(volatile char *)(uintptr_t)ADDRESS = 1;
}

static void die_of_alarm(void)
{
	const struct itimerval once = {.it_value.tv_usec = WAIT_US};
	if (setitimer(ITIMER_REAL, &once, NULL))
		err(1, "setitimer");
	pause();
}

static void die_of_timer(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	const struct itimerspec once = {.it_value.tv_nsec = 1000 * WAIT_US};
	timer_t timer;
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &once, NULL))
		err(1, "timer_create");
	pause();
}

static void die_of_queue(void)
{
	if (sigqueue(getpid(), SIGTERM, (union sigval){.sival_int = 1009}))
		err(1, "sigqueue");
}

static void die_of_pipe(void)
{
	int ends[2];
	signal(SIGPIPE, SIG_DFL); /* whoever has started it may ignore it */
	if (pipe(ends) || close(ends[0]) || write(ends[1], "", 1))
		err(1, "pipe");
}

static void take_memory(void)
{
	volatile char *more = malloc(MIB);
	for (int i = 0; more && i < MIB; i += 4096)
		more[i] = 1;
}

static void die_of_memory(void)
{
	for (;;)
		take_memory();
}

static const struct way {
	const char *name;
	void (*die)(void);
} ways[] = {
	{"fault", die_of_fault}, {"abort", abort},	{"alarm", die_of_alarm},   {"timer", die_of_timer},
	{"queue", die_of_queue}, {"pipe", die_of_pipe}, {"memory", die_of_memory},
};

int main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "usage: dies HOW [DIRECTORY]");
	if (argc > 2)
		allow_core(argv[2]);
	for (int i = 0; !strcmp(argv[1], "hold") && i < HELD; i++)
		take_memory();
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(argv[1], ways[i].name))
			ways[i].die();
	return STATUS;
}
