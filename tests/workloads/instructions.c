/*
 * How many instructions the verifier went through for each program of a pin directory.
 *
 *   instructions DIRECTORY
 *   > PIN INSTRUCTIONS
 *   > ...
 *
 * PIN: below DIRECTORY, as in 'links/sched_switch'. One program may be pinned twice.
 */
#include <dirent.h>
#include <err.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int open_pin(const char *path)
{
	union bpf_attr attr = {.pathname = (unsigned long)path};
	return bpf(BPF_OBJ_GET, &attr);
}

static void inspect(int fd, void *info, unsigned int size)
{
	union bpf_attr attr = {.info = {.bpf_fd = fd, .info_len = size, .info = (unsigned long)info}};
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		err(1, "BPF_OBJ_GET_INFO_BY_FD");
}

static int program_of_link(int link)
{
	struct bpf_link_info info = {};
	union bpf_attr attr = {};

	inspect(link, &info, sizeof(info));
	attr.prog_id = info.prog_id;
	return bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

static void print_all(const char *directory, const char *below, int (*program_of)(int))
{
	char path[PATH_MAX];
	struct dirent *entry;
	snprintf(path, sizeof(path), "%s/%s", directory, below);
	DIR *pins = opendir(path);

	if (!pins)
		err(1, "%s", path);
	while ((entry = readdir(pins))) {
		struct bpf_prog_info info = {};
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", directory, below, entry->d_name);
		int pin = open_pin(path), program = pin < 0 ? pin : program_of(pin);
		if (program < 0)
			err(1, "%s", path);
		inspect(program, &info, sizeof(info));
		printf("%s/%s %u\n", below, entry->d_name, info.verified_insns);
	}
	closedir(pins);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: instructions DIRECTORY");
	print_all(argv[1], "links", program_of_link);
	print_all(argv[1], "iters", program_of_link);
	print_all(argv[1], "progs", dup);
	return 0;
}
