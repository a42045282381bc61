/*
 * escapes: each time after 'go'. First a thread dies with a mutex, which another one takes over,
 * and takes a recursive one twice, 89 times. Then a
 * thread gives back what another one has taken 50 ms before. Then a child takes a mutex 101 times, and ends.
 * Then it loads a second C library, by which it takes a mutex 107 times. At last it becomes the same program
 * again, which takes a mutex 103 times and says 'ready'. It says 'done' after each.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

pthread_mutex_t orphan, handed = PTHREAD_MUTEX_INITIALIZER, shared = PTHREAD_MUTEX_INITIALIZER,
			elsewhere = PTHREAD_MUTEX_INITIALIZER, twice;

static void *dies(void *unused)
{
	pthread_mutex_lock(&orphan);
	return unused;
}

static void *takes(void *unused)
{
	pthread_mutex_lock(&handed);
	return unused;
}

static void use(int times)
{
	for (int i = 0; i < times; i++) {
		pthread_mutex_lock(&shared);
		pthread_mutex_unlock(&shared);
	}
}

static void take_twice(int times)
{
	for (int i = 0; i < times; i++) {
		pthread_mutex_lock(&twice);
		pthread_mutex_lock(&twice);
		pthread_mutex_unlock(&twice);
		pthread_mutex_unlock(&twice);
	}
}

static int use_another_library(void)
{
	void *library = dlmopen(LM_ID_NEWLM, "libc.so.6", RTLD_NOW);
	int (*lock)(pthread_mutex_t *) = library ? dlsym(library, "pthread_mutex_lock") : NULL;
	int (*unlock)(pthread_mutex_t *) = library ? dlsym(library, "pthread_mutex_unlock") : NULL;
	if (!lock || !unlock || lock == pthread_mutex_lock)
		return -1;
	for (int i = 0; i < 107; i++) {
		lock(&elsewhere);
		unlock(&elsewhere);
	}
	return 0;
}

static void say(const char *what)
{
	char line[16];
	printf("%s %d\n", what, getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	pthread_mutexattr_t kind;
	if (argc > 1) {
		use(103);
		say("done");
		return 0;
	}
	pthread_mutexattr_init(&kind);
	pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&orphan, &kind);
	pthread_mutexattr_init(&kind);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&twice, &kind);
	say("ready");
	pthread_create(&thread, NULL, dies, NULL);
	pthread_join(thread, NULL);
	usleep(50000);
	if (pthread_mutex_lock(&orphan) != EOWNERDEAD || pthread_mutex_consistent(&orphan) ||
	    pthread_mutex_unlock(&orphan))
		return 3;
	take_twice(89);
	say("done");
	pthread_create(&thread, NULL, takes, NULL);
	pthread_join(thread, NULL);
	usleep(50000);
	pthread_mutex_unlock(&handed);
	say("done");
	pid_t child = fork();
	if (!child) {
		use(101);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	say("done");
	if (use_another_library())
		return 5;
	say("done");
	execl("/proc/self/exe", argv[0], "again", NULL);
	return 4;
}
