/*
 * Runs a program as its child and says what wait4() has to report of it.
 *
 *   waiter PROGRAM [ARGUMENT...]
 *
 * Standard input and output are the program's. When it has ended, one line of JSON: its pid, how it ended,
 * and its resource usage, times in microseconds. The rusage is that of the child and of children it has
 * waited for.
 */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long microseconds(struct timeval time)
{
	return time.tv_sec * 1000000 + time.tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;

	if (argc < 2)
		errx(2, "usage: waiter PROGRAM [ARGUMENT...]");
	pid_t child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		execv(argv[1], argv + 1);
		err(127, "%s", argv[1]);
	}
	if (wait4(child, &status, 0, &usage) != child)
		err(1, "wait4");
	printf("{\"pid\":%d,\"code\":%d,\"signal\":%d,\"core\":%s,\"user_us\":%ld,\"system_us\":%ld,\"peak_"
	       "kib\":%ld,"
	       "\"minor_faults\":%ld,\"major_faults\":%ld,\"voluntary\":%ld,\"involuntary\":%ld}\n",
	       child, WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
	       WIFSIGNALED(status) && WCOREDUMP(status) ? "true" : "false", microseconds(usage.ru_utime),
	       microseconds(usage.ru_stime), usage.ru_maxrss, usage.ru_minflt, usage.ru_majflt,
	       usage.ru_nvcsw, usage.ru_nivcsw);
	return 0;
}
