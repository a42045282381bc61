/*
 * Threads that spin, come and go, for a bounded time.
 *
 *   spinners MILLISECONDS
 *   > ready PID
 *   < go
 *   > done STARTED
 *   < a line or the end of input: exit
 *
 * One thread spins to the end. Beside it five at a time live for 1 to 5 ms each and are followed by five
 * more.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BESIDE 5

static long end_us;

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static long now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void *spin_to_the_end(void *unused)
{
	while (now_us() < end_us)
		;
	return unused;
}

static void *spin_briefly(void *milliseconds)
{
	long until = now_us() + (long)milliseconds * 1000;
	while (now_us() < until)
		;
	return NULL;
}

static pthread_t begin(void *(*body)(void *), long argument)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, body, (void *)argument))
		errx(1, "pthread_create");
	return thread;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: spinners MILLISECONDS");
	long started = 1;
	pthread_t beside[BESIDE];

	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	end_us = now_us() + atol(argv[1]) * 1000;
	pthread_t longest = begin(spin_to_the_end, 0);
	while (now_us() < end_us) {
		for (int i = 0; i < BESIDE; i++)
			beside[i] = begin(spin_briefly, i + 1);
		for (int i = 0; i < BESIDE; i++)
			pthread_join(beside[i], NULL);
		started += BESIDE;
	}
	pthread_join(longest, NULL);
	printf("done %ld\n", started);
	await_line();
	return 0;
}
