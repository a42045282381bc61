/*
 * A process that names itself 0xff, quotation mark, newline: no valid UTF-8, and what exposition formats
 * must escape.
 *
 *   badname
 *   > ready PID
 *   < go
 *   > done
 *   < a line or the end of input: exit
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

int main(void)
{
	if (prctl(PR_SET_NAME, "\xff\"\n"))
		err(1, "prctl");
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	puts("done");
	await_line();
	return 0;
}
