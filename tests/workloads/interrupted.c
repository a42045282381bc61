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
#include <unistd.h>

static int fds[2], left;
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
	int sockets[2];

	if (pipe(fds) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		err(1, "pipe");
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
	puts("done");
	await_line();
	return 0;
}
