/*
 * System calls that there are not, by every entry of the kernel, from several threads.
 *
 *   hostile SEED COUNT
 *   > ready PID
 *   < go
 *   > done CALLS COMPAT
 *   < a line or the end of input: exit
 *
 * Numbers are below 0, above all that there are, or as x32 programs have them; now and then it is getppid(2).
 * CALLS: all that were made; COMPAT: of them, by int 0x80 (20 there is getpid), 0 where a kernel or processor
 * has no such entry.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 3

static long count, calls, compat;
static unsigned seed;
static int start[2], end[2], interrupted;

static long by_interrupt(int number)
{
	long result = -1;
#if defined(__x86_64__)
	__asm__ volatile("int $0x80" : "=a"(result) : "a"((long)number), "b"(0), "c"(0), "d"(0) : "memory");
#endif
	return result;
}

static sigjmp_buf refused;

static void refuse(int number)
{
	siglongjmp(refused, 1);
}

/* Where there is no such entry the processor refuses it. */
static int has_interrupt(void)
{
#if defined(__x86_64__)
	signal(SIGSEGV, refuse);
	if (!sigsetjmp(refused, 1))
		return by_interrupt(20) == getpid();
#endif
	return 0;
}

static int any(unsigned *state)
{
	switch (rand_r(state) % 5) {
	case 0:
		return -1 - rand_r(state) % 1000;
	case 1:
		return 600 + rand_r(state) % 100;
	case 2:
		return 0x40000000 + 1000 + rand_r(state) % 100000;
	case 3:
		return 600 + rand_r(state);
	default:
		return SYS_getppid;
	}
}

static void *work(void *which)
{
	unsigned state = seed + (long)which;
	char byte;
	long made = 0, interrupts = 0;

	if (read(start[0], &byte, 1) != 1)
		exit(0);
	syscall(SYS_getppid); /* so that these have room of their own */
	made++;
	if (interrupted) {
		by_interrupt(20);
		interrupts++;
		made++;
	}
	for (long i = 0; i < count; i++) {
		int number = any(&state);
		if (interrupted && i % 7 == 0) {
			by_interrupt(number == SYS_getppid ? 20 : number);
			interrupts++;
		} else {
			syscall(number, 0, 0, 0, 0, 0, 0);
		}
		made++;
	}
	__sync_fetch_and_add(&calls, made);
	__sync_fetch_and_add(&compat, interrupts);
	if (write(end[1], &byte, 1) != 1)
		err(1, "write");
	pause();
	return NULL;
}

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	char bytes[THREADS] = {};

	if (argc != 3)
		errx(2, "usage: hostile SEED COUNT");
	seed = atol(argv[1]);
	count = atol(argv[2]);
	interrupted = has_interrupt();
	if (pipe(start) || pipe(end))
		err(1, "pipe");
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, work, (void *)i))
			errx(1, "pthread_create");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	if (write(start[1], bytes, THREADS) != THREADS)
		err(1, "write");
	for (int i = 0; i < THREADS; i++)
		if (read(end[0], bytes, 1) != 1)
			err(1, "read");
	printf("done %ld %ld\n", calls, compat);
	await_line();
	return 0;
}
