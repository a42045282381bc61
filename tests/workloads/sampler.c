/*
 * Writes down, some eight times a millisecond, how far a thread's delay has come, and how much of it was
 * counted.
 *
 *   sampler TID TEXT CPU
 *   > ready PID
 *   < go
 *   < any line: enough
 *   > COUNTED TIME DELAY, a line per sample
 *   > done SAMPLES
 *   < a line or the end of input: exit
 *
 * TIME is CLOCK_BOOTTIME, and DELAY what /proc/TID/schedstat has right after it. Before them every 16th
 * sample reads COUNTED, the delay that TEXT, the pinned text iterator, has for the thread; -1 is none. All in
 * nanoseconds. It runs as a real-time task on CPU, so that load does not hold it up.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 100000

struct sample {
	long counted, time, delay;
};

static char text[1 << 20];

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static int is_enough(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	return poll(&input, 1, 0);
}

static long now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

static void become_punctual(int cpu)
{
	struct sched_param priority = {.sched_priority = 1};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) || sched_setscheduler(0, SCHED_FIFO, &priority))
		err(1, "real-time priority");
}

static void read_all(const char *path)
{
	size_t size = 0;
	ssize_t part;
	int file = open(path, O_RDONLY);

	while (file >= 0 && size < sizeof(text) - 1 &&
	       (part = read(file, text + size, sizeof(text) - 1 - size)) > 0)
		size += part;
	text[size] = 0;
	if (file >= 0)
		close(file);
}

/* The columns are TGID TID COMM CPU_NS SWITCHES READ_CHARS WRITE_CHARS DELAY_NS GONE_NS; COMM has no blank.
 */
static long read_counted(const char *path, int tid)
{
	read_all(path);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		int row;
		long counted;
		if (sscanf(line, "%*d %d %*s %*d %*d %*d %*d %ld", &row, &counted) == 2 && row == tid)
			return counted;
	}
	return -1;
}

static long read_delay(int file)
{
	char line[128] = "";
	long delay;

	if (pread(file, line, sizeof(line) - 1, 0) <= 0 || sscanf(line, "%*d %ld", &delay) != 1)
		err(1, "schedstat");
	return delay;
}

int main(int argc, char **argv)
{
	static struct sample samples[MOST];
	const struct timespec pause = {.tv_nsec = 100000};
	char path[64];
	int taken = 0;

	if (argc != 4)
		errx(2, "usage: sampler TID TEXT CPU");
	int tid = atoi(argv[1]);
	snprintf(path, sizeof(path), "/proc/%d/schedstat", tid);
	int schedstat = open(path, O_RDONLY);
	if (schedstat < 0)
		err(1, "%s", path);
	become_punctual(atoi(argv[3]));

	printf("ready %d\n", getpid());
	fflush(stdout);
	await_line();
	while (!is_enough() && taken < MOST) {
		struct sample *sample = &samples[taken];
		sample->counted = taken++ % 16 ? -1 : read_counted(argv[2], tid);
		sample->time = now_ns();
		sample->delay = read_delay(schedstat);
		nanosleep(&pause, NULL);
	}
	await_line();
	for (int i = 0; i < taken; i++)
		printf("%ld %ld %ld\n", samples[i].counted, samples[i].time, samples[i].delay);
	printf("done %d\n", taken);
	fflush(stdout);
	await_line();
	return 0;
}
