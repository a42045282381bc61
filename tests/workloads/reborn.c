/*
 * Becomes itself, over and over, as fast as it goes.
 *
 *   reborn COUNT
 *   > ready PID
 *   < go
 *   > done COUNT
 *   < a line or the end of input: exit
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

int main(int argc, char **argv)
{
	char left[16];

	if (argc < 2)
		errx(2, "usage: reborn COUNT");
	setlinebuf(stdout);
	if (argc == 2) {
		printf("ready %d\n", getpid());
		await_line();
	}
	int count = atoi(argv[argc - 1]);
	if (!count) {
		printf("done %s\n", argv[1]);
		await_line();
		return 0;
	}
	snprintf(left, sizeof(left), "%d", count - 1);
	execl("/proc/self/exe", "reborn", argv[1], left, (char *)NULL);
	err(1, "exec");
}
