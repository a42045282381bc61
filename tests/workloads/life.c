/*
 * A life with a known number of everything that key times tell, which keeps a diary of it.
 *
 *   life
 *   > ready PID
 *   < go
 *   > DIARY
 *   > done
 *   < a line or the end of input: exit with status 43
 *
 * 7 forks, 5 vforks, 13 threads one after another, 2 renames, 11 sleeps of 20 ms and 3 execs of itself, each
 * in lines of the diary as they are done: 'fork PID', 'vfork PID', 'clone TID', 'rename BEFORE AFTER', 'exec
 * FILE ARGUMENT ...'. A child exits with its number, from 1 on.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORKS	7
#define VFORKS	5
#define THREADS 13
#define SLEEPS	11
#define EXECS	3

static void await_line(void)
{
	char line[64];
	if (!fgets(line, sizeof(line), stdin))
		exit(43);
}

static void *say_tid(void *unused)
{
	printf("clone %d\n", gettid());
	return unused;
}

static void await_child(const char *kind, pid_t child)
{
	if (child < 0 || waitpid(child, NULL, 0) != child)
		err(1, "%s", kind);
	printf("%s %d\n", kind, child);
}

static void start_others(void)
{
	for (int i = 1; i <= FORKS; i++) {
		pid_t child = fork();
		if (!child)
			_exit(i);
		await_child("fork", child);
	}
	for (int i = 1; i <= VFORKS; i++) {
		pid_t child = vfork();
		if (!child)
			_exit(i);
		await_child("vfork", child);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, say_tid, NULL) || pthread_join(thread, NULL))
			errx(1, "pthread_create");
	}
}

static void rename_to(const char *before, const char *after)
{
	if (prctl(PR_SET_NAME, after))
		err(1, "prctl");
	printf("rename %s %s\n", before, after);
}

static void become(int number)
{
	char text[16];
	snprintf(text, sizeof(text), "%d", number);
	printf("exec /proc/self/exe life %s exec\n", text);
	execl("/proc/self/exe", "life", text, "exec", (char *)NULL);
	err(1, "exec");
}

int main(int argc, char **argv)
{
	int done = argc > 1 ? atoi(argv[1]) : 0;

	setlinebuf(stdout);
	if (!done) {
		printf("ready %d\n", getpid());
		await_line();
		start_others();
		rename_to("life", "hammer");
		rename_to("hammer", "anvil");
		for (int i = 0; i < SLEEPS; i++)
			usleep(20000);
	}
	if (done < EXECS)
		become(done + 1);
	printf("done\n");
	await_line();
	return 43;
}
