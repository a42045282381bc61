/*
 * One thread that spends its time in one way.
 *
 *   spends HOW MILLISECONDS CPU
 *   > ready PID
 *   < go
 *   > done MILLISECONDS
 *   < a line or the end of input: exit
 *
 * HOW: 'spin'; 'sleep', 7 ms at a time; 'disk', 64 KiB written and synced at a time. CPU: the one it is
 * pinned to, -1 for any.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int file;

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void write_and_sync(void)
{
	static char block[65536];
	if (pwrite(file, block, sizeof(block), 0) != sizeof(block) || fsync(file))
		err(1, "write");
}

static void open_file(void)
{
	char path[] = "/var/tmp/spends-XXXXXX";
	file = mkstemp(path);
	if (file < 0 || unlink(path))
		err(1, "%s", path);
}

static void pin_to(int cpu)
{
	cpu_set_t cpus;
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "sched_setaffinity");
}

int main(int argc, char **argv)
{
	if (argc != 4)
		errx(2, "usage: spends HOW MILLISECONDS CPU");
	if (atoi(argv[3]) >= 0)
		pin_to(atoi(argv[3]));
	open_file();
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	for (long end = now_ms() + atol(argv[2]); now_ms() < end;) {
		if (!strcmp(argv[1], "sleep"))
			usleep(7000);
		else if (!strcmp(argv[1], "disk"))
			write_and_sync();
	}
	printf("done %s\n", argv[2]);
	await_line();
	return 0;
}
