/* Counts deaths by the same hooks as ProcImage, to say how many records there should have been. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define CORE __attribute__((preserve_access_index))

struct task_struct {
	int pid, tgid, exit_code;
	struct signal_struct *signal;
} CORE;
struct signal_struct {
	struct {
		int counter;
	} live;
} CORE;

enum {
	DEAD,
	FREED,
	SIGNALLED, /* of the dead those that a signal has ended */
	COUNTS,
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, COUNTS);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, __u8);
} dead SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

static __always_inline void count(__u32 what)
{
	__u64 *counter = bpf_map_lookup_elem(&counts, &what);
	if (counter)
		__sync_fetch_and_add(counter, 1);
}

/* Two threads of one process can both see that none is left: the first one counts. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(exited, struct task_struct *task)
{
	__u32 tgid = task->tgid;
	__u8 one = 1;
	if (task->signal->live.counter || bpf_map_update_elem(&dead, &tgid, &one, BPF_NOEXIST))
		return 0;
	count(DEAD);
	if (task->exit_code & 0x7f)
		count(SIGNALLED);
	return 0;
}

SEC("tp_btf/sched_process_free")
int BPF_PROG(freed, struct task_struct *task)
{
	__u32 tgid = task->tgid;
	if (task->pid != task->tgid)
		return 0;
	count(FREED);
	bpf_map_delete_elem(&dead, &tgid);
	return 0;
}
