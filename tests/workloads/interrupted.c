/*
 * System calls that signals interrupt.
 *
 *   interrupted
 *   > ready PID
 *   < go
 *   > done
 *   < a line or the end of input: exit
 *
 * Of each kind a prime number:
 *   readv(2)   3 times, each interrupted by 5 handlers after which the kernel begins it anew
 *   pread64(2) none, but in those handlers 2 each: it fails with ESPIPE
 *   poll(2)    7 times, each ended by a handler: EINTR
 *   recvfrom(2) 11 times, each left by a jump out of the handler
 *   select(2)  13 times, the handler makes the same call from the same place: 13 more, which time out
 *   recvmsg(2) 17 times, each begun anew after a handler that has itself waited in
 *   ppoll(2)   17 times, each ended by a handler within the handler: EINTR
 */
#define _GNU_SOURCE
#include <err.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static int fds[2], sockets[2], left;
static timer_t other_timer;
static sigjmp_buf back;

/* A signal in a millisecond: by then the call waits. */
static void arm(void)
{
	struct itimerval timer = {.it_value.tv_usec = 1000};
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void handle(void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	sigaction(SIGALRM, &action, NULL);
}

static void again(int number)
{
	char byte;
	for (int i = 0; i < 2; i++)
		if (pread(fds[0], &byte, 1, 0) != -1)
			abort();
	if (--left)
		arm();
	else if (write(fds[1], "x", 1) != 1)
		abort();
}

static void nothing(int number)
{
}

static void jump(int number)
{
	siglongjmp(back, 1);
}

/* The kernel's own select(2), which the C library does not use. */
static __attribute__((noinline)) long await_nothing(long microseconds)
{
	struct timeval time = {.tv_usec = microseconds};
	return syscall(SYS_select, 0, NULL, NULL, NULL, &time);
}

static void same(int number)
{
	await_nothing(100);
}

/* Waits until a handler of another signal has interrupted that, too. */
static void within(int number)
{
	struct timespec long_time = {.tv_sec = 9};
	struct itimerspec soon = {.it_value.tv_nsec = 1000000};

	timer_settime(other_timer, 0, &soon, NULL);
	if (syscall(SYS_ppoll, NULL, 0, &long_time, NULL, 8) != -1 || write(sockets[1], "x", 1) != 1)
		abort();
}

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

int main(void)
{
	char byte;
	struct iovec vector = {.iov_base = &byte, .iov_len = 1};
	struct sigevent by_usr1 = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct sigaction ignore = {.sa_handler = nothing};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};

	if (pipe(fds) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		err(1, "pipe");
	if (timer_create(CLOCK_MONOTONIC, &by_usr1, &other_timer) || sigaction(SIGUSR1, &ignore, NULL))
		err(1, "timer");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();

	handle(again, SA_RESTART);
	for (int i = 0; i < 3; i++) {
		left = 5;
		arm();
		if (readv(fds[0], &vector, 1) != 1)
			err(1, "readv");
	}
	handle(nothing, 0);
	for (int i = 0; i < 7; i++) {
		struct pollfd wait = {.fd = fds[0], .events = POLLIN};
		arm();
		if (syscall(SYS_poll, &wait, 1, -1) != -1)
			errx(1, "poll");
	}
	handle(jump, SA_NODEFER);
	for (int i = 0; i < 11; i++) {
		if (sigsetjmp(back, 1))
			continue;
		arm();
		recvfrom(sockets[0], &byte, 1, 0, NULL, NULL);
		errx(1, "recvfrom");
	}
	handle(same, 0);
	for (int i = 0; i < 13; i++) {
		arm();
		if (await_nothing(900000) != -1)
			errx(1, "select");
	}
	handle(within, SA_RESTART);
	for (int i = 0; i < 17; i++) {
		arm();
		if (syscall(SYS_recvmsg, sockets[0], &message, 0) != 1)
			err(1, "recvmsg");
	}
	puts("done");
	await_line();
	return 0;
}
