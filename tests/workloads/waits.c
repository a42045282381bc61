/* Waits in libc for its end, called by a function with a frame, whose address it says. */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

static void *idles(void *unused)
{
	pause();
	return unused;
}

__attribute__((noinline)) static int waits_here(const char *how)
{
	const struct timespec long_time = {.tv_sec = 1000};
	struct pollfd input = {.fd = 0, .events = POLLIN};
	char byte;
	int result = 0;

	printf("ready %d\nframe %lx\n", getpid(), (unsigned long)__builtin_frame_address(0));
	fflush(stdout);
	if (!strcmp(how, "nanosleep"))
		result = nanosleep(&long_time, NULL);
	else if (!strcmp(how, "clock_nanosleep"))
		result = clock_nanosleep(CLOCK_MONOTONIC, 0, &long_time, NULL);
	else if (!strcmp(how, "poll"))
		result = poll(&input, 1, -1);
	else
		result = read(0, &byte, 1);
	__asm__ volatile("" : "+r"(result)); /* no jump in place of the call */
	return result;
}

__attribute__((noinline)) static int asks_to_wait(const char *how)
{
	int result = waits_here(how);

	__asm__ volatile("" : "+r"(result));
	return result;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 2) /* libc takes other ways where there are threads */
		pthread_create(&thread, NULL, idles, NULL);
	return asks_to_wait(argc > 1 ? argv[1] : "read") < 0;
}
