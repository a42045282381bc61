/* One of each kind that the binding handles. Programs marked with '?' load only when a test asks for them. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define CORE __attribute__((preserve_access_index))

struct task_struct {
	int pid;
} CORE;
struct bpf_iter_meta {
	struct seq_file *seq;
} CORE;
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} CORE;

const volatile __u32 traced_tgid;
const volatile __u64 traced_call;
const volatile __u64 factor = 1;

struct triple {
	__u32 a, b, c;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 7);
	__type(key, __u32);
	__type(value, __u64);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 11);
	__type(key, __u32);
	__type(value, struct triple);
} triples SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} wide SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u32);
} narrow SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tp_btf/sys_enter")
int on_enter(__u64 *context)
{
	__u32 zero = 0;
	__u64 *count, *sum, *record;

	if (bpf_get_current_pid_tgid() >> 32 != traced_tgid || context[1] != traced_call)
		return 0;
	count = bpf_map_lookup_elem(&slots, &zero);
	sum = bpf_map_lookup_elem(&wide, &zero);
	if (!count || !sum)
		return 0;
	*count += 1;
	*sum += factor;
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record)
		return 0;
	*record = *count * factor;
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("iter/task")
int each_task(struct bpf_iter__task *context)
{
	/* Loaded once: the verifier forgets the test when the compiler loads the pointer again. */
	struct task_struct *task = context->task;
	int pid;

	if (!task)
		return 0;
	pid = task->pid;
	bpf_seq_write(context->meta->seq, &pid, sizeof(pid));
	return 0;
}

SEC("?tp_btf/sys_enter")
int refused(__u64 *context)
{
	return *(int *)(long)bpf_get_prandom_u32();
}

SEC("?tp_btf/no_such_tracepoint")
int nowhere(__u64 *context)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
