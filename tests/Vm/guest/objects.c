/*
 * What of BPF the kernel holds, whether it is pinned or not.
 *
 *   objects
 *   > programs COUNT
 *   > maps COUNT
 *   > links COUNT
 */
#include <err.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static int count(int next)
{
	union bpf_attr attr = {};
	int found = 0;

	while (!syscall(SYS_bpf, next, &attr, sizeof(attr))) {
		attr.start_id = attr.next_id;
		found++;
	}
	if (errno != ENOENT)
		err(1, "bpf");
	return found;
}

int main(void)
{
	printf("programs %d\n", count(BPF_PROG_GET_NEXT_ID));
	printf("maps %d\n", count(BPF_MAP_GET_NEXT_ID));
	printf("links %d\n", count(BPF_LINK_GET_NEXT_ID));
	return 0;
}
