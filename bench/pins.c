/*
 * What the pinned maps of a loader say: 'written', when the controller has written the latest policy (it
 * takes the time right before the write), in ns of CLOCK_BOOTTIME; and 'memory', the bytes that the kernel
 * reckons for all maps, in which the storage of tasks is not.
 *
 *   pins DIRECTORY
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <err.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bpf/abi.h"

static unsigned long long reckoned(int map)
{
	unsigned long long bytes = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", map);
	file = fopen(path, "r");
	if (!file)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), file))
		sscanf(line, "memlock: %llu", &bytes);
	fclose(file);
	return bytes;
}

static unsigned long long latest(int policies)
{
	unsigned long long time = 0;
	struct policy policy;

	for (__u32 slot = 0; bpf_map_lookup_elem(policies, &slot, &policy) == 0; slot++)
		if (policy.created > time)
			time = policy.created;
	return time;
}

int main(int argc, char **argv)
{
	DIR *directory = argc == 2 ? opendir(argv[1]) : NULL;
	unsigned long long memory = 0, written = 0;
	struct dirent *entry;

	if (!directory)
		err(2, "usage: pins DIRECTORY");
	while ((entry = readdir(directory))) {
		char path[4096];
		int map;

		if (entry->d_type != DT_REG)
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		map = bpf_obj_get(path);
		if (map < 0)
			err(1, "%s", path);
		memory += reckoned(map);
		if (strcmp(entry->d_name, "policies") == 0)
			written = latest(map);
		close(map);
	}
	printf("written %llu\nmemory %llu\n", written, memory);
	return 0;
}
