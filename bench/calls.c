/*
 * One system call after the other, close(FIRST), close(FIRST + 1), ..., and when each has come back, so that
 * the moment is known from which on a tool has collected: no clock of that tool is asked. A tool that counts
 * says how many of the calls it has met, and one that prints says by the argument which was the first.
 *
 * Says 'ready' when it has begun. Stops at SIGUSR1, and says how many it has made. To each number that it is
 * told, FIRST not counted in, it then says when that call came back, in ns of CLOCK_BOOTTIME, and how far
 * CLOCK_REALTIME is ahead. The latest 8 million are known. Ends with the end of its input.
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FIRST 1000000000 /* no descriptor has such a number */
#define KEPT  (8ul << 20)

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = signal;
}

static long long now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

int main(void)
{
	/* Populated, so that no page fault is between two calls. */
	long long *times = mmap(NULL, KEPT * sizeof(*times), PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	long count = 0, asked;

	if (times == MAP_FAILED)
		err(1, "mmap");
	signal(SIGUSR1, stop);
	puts("ready");
	fflush(stdout);
	while (!stopped) {
		syscall(SYS_close, FIRST + count);
		times[count++ % KEPT] = now(CLOCK_BOOTTIME);
	}
	printf("%ld\n", count);
	fflush(stdout);
	while (scanf("%ld", &asked) == 1) {
		if (asked < 0 || asked >= count || count - asked > (long)KEPT)
			errx(1, "of %ld calls the time of number %ld is not known", count, asked);
		printf("%lld %lld\n", times[asked % KEPT], now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME));
		fflush(stdout);
	}
	return 0;
}
