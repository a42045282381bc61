/*
 * A process that outlives its first thread.
 *
 *   leaderless
 *   > ready PID
 *   < go
 *   > done PAGES SLEEPS
 *   < a line or the end of input: exit
 *
 * The leader ends at once. The thread that is left touches 1,009 pages and sleeps 211 times.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES  1009
#define SLEEPS 211

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void *go_on(void *leader)
{
	size_t page = sysconf(_SC_PAGESIZE), size = PAGES * page;

	pthread_join(*(pthread_t *)leader, NULL);
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	await_line();
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || madvise(memory, size, MADV_NOHUGEPAGE))
		err(1, "mmap");
	for (size_t i = 0; i < size; i += page)
		memory[i] = 1;
	for (int i = 0; i < SLEEPS; i++)
		usleep(1);
	printf("done %d %d\n", PAGES, SLEEPS);
	await_line();
	exit(0);
}

int main(void)
{
	static pthread_t leader;
	pthread_t thread;

	leader = pthread_self();
	if (pthread_create(&thread, NULL, go_on, &leader))
		errx(1, "pthread_create");
	pthread_exit(NULL);
}
