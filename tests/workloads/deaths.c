/*
 * The parent of children that each kill themselves.
 *
 *   deaths COUNT
 *   > ready PID
 *   < go
 *   > done
 *   < a line or the end of input: exit
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: deaths COUNT");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	for (int left = atoi(argv[1]); left; left--) {
		pid_t child = fork();
		if (child < 0)
			err(1, "fork");
		if (!child)
			kill(getpid(), SIGKILL);
		if (waitpid(child, NULL, 0) != child)
			err(1, "waitpid");
	}
	puts("done");
	await_line();
	return 0;
}
