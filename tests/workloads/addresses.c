/*
 * addresses COUNT: after 'go' it waits at so many different addresses, for a moment each, and twice at the
 * last one. Says 'done' and how many waits that were.
 */
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char line[16];
	long count = argc > 1 ? atol(argv[1]) : 1;
	unsigned *words = calloc(count, sizeof(*words));
	const struct timespec moment = {.tv_nsec = 1000};
	if (!words)
		return 1;
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	for (long i = 0; i <= count; i++)
		syscall(SYS_futex, &words[i < count ? i : count - 1], FUTEX_WAIT_PRIVATE, 0, &moment, NULL,
			0);
	printf("done %ld\n", count + 1);
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) ? 1 : 0;
}
