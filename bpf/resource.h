/* SPDX-License-Identifier: GPL-2.0 */
/* The resource image: nothing per event, the kernel's own books at the moment of reading. */
#ifndef PROC_IMAGE_RESOURCE_H
#define PROC_IMAGE_RESOURCE_H

#define MAX_CPUS     8192
#define RSS_COUNTERS 4
#define MM_SWAPENTS  2 /* not resident */

const volatile u32 possible_cpus = 1;

static __always_inline void add_usage(struct resource_usage *usage, struct task_struct *task)
{
	usage->user += task->utime;
	usage->system += task->stime;
	usage->runtime += task->se.sum_exec_runtime;
	usage->voluntary_switches += task->nvcsw;
	usage->involuntary_switches += task->nivcsw;
	usage->minor_faults += task->min_flt;
	usage->major_faults += task->maj_flt;
	usage->read_chars += task->ioac.rchar;
	usage->written_chars += task->ioac.wchar;
	usage->read_bytes += task->ioac.read_bytes;
	usage->written_bytes += task->ioac.write_bytes;
}

/* The kernel adds a thread's books to these in __exit_signal(), when it is released. */
static __always_inline void read_usage_of_gone(struct resource_usage *usage, struct signal_struct *signal)
{
	usage->user = signal->utime;
	usage->system = signal->stime;
	usage->runtime = signal->sum_sched_runtime;
	usage->voluntary_switches = signal->nvcsw;
	usage->involuntary_switches = signal->nivcsw;
	usage->minor_faults = signal->min_flt;
	usage->major_faults = signal->maj_flt;
	usage->read_chars = signal->ioac.rchar;
	usage->written_chars = signal->ioac.wchar;
	usage->read_bytes = signal->ioac.read_bytes;
	usage->written_bytes = signal->ioac.write_bytes;
}

/*
 * The kernel's own, CPU-independent pointer to the element of percpu_anchor. A program may read no more than
 * the head of struct bpf_array through the map, hence the way through memory.
 */
static __always_inline u64 percpu_base(void)
{
	u32 zero = 0;
	u64 base = 0;
	volatile struct percpu_anchor *anchor = bpf_map_lookup_elem(&percpu_anchor, &zero);
	if (!anchor)
		return 0;
	anchor->map = (u64)&percpu_anchor;
	bpf_probe_read_kernel(&base, sizeof(base),
			      (void *)(anchor->map + bpf_core_field_offset(struct bpf_array, pptrs)));
	return base + __builtin_offsetof(struct percpu_anchor, here);
}

struct percpu_sum {
	u64 counters[RSS_COUNTERS]; /* behind that of the anchor: the stack has no room for one more number */
	s64 sum;
};

/* Two per-CPU data are as far from each other on each CPU as their pointers are. */
static long add_cpu(u32 cpu, void *context)
{
	struct percpu_sum *sum = context;
	u32 zero = 0;
	volatile struct percpu_anchor *anchor = bpf_map_lookup_percpu_elem(&percpu_anchor, &zero, cpu);
	if (!anchor)
		return 1;
	anchor->here = (u64)&anchor->here;
	u64 here = anchor->here;
	for (int i = 0; i < RSS_COUNTERS; i++) {
		s32 part = 0;
		if (i != MM_SWAPENTS &&
		    !bpf_probe_read_kernel(&part, sizeof(part), (void *)(here + sum->counters[i])))
			sum->sum += part;
	}
	return 0;
}

/* Resident pages to the unit: file, anonymous and shared ones, with what each CPU has not yet handed in. */
static __always_inline u64 resident_pages(struct mm_struct *mm)
{
	struct percpu_sum sum = {};
	if (bpf_core_field_exists(struct mm_struct___before_6_2, rss_stat.count)) {
		struct mm_struct___before_6_2 *old = (void *)mm;
		for (int i = 0; i < RSS_COUNTERS; i++)
			if (i != MM_SWAPENTS)
				sum.sum += BPF_CORE_READ(old, rss_stat.count[i].counter);
	} else {
		u64 base = percpu_base();
		/* By the running kernel's stride: a lock of another size may stand in each. */
		u64 counter = (u64)mm + bpf_core_field_offset(struct mm_struct, rss_stat);
		for (int i = 0; i < RSS_COUNTERS; i++, counter += bpf_core_type_size(struct percpu_counter)) {
			if (i == MM_SWAPENTS)
				continue;
			struct percpu_counter *rss = (void *)counter;
			sum.counters[i] = (u64)BPF_CORE_READ(rss, counters) - base;
			sum.sum += BPF_CORE_READ(rss, count);
		}
		bpf_loop(possible_cpus < MAX_CPUS ? possible_cpus : MAX_CPUS, add_cpu, &sum, 0);
	}
	return sum.sum > 0 ? sum.sum : 0;
}

static __always_inline void read_memory(struct memory_usage *memory, struct mm_struct *mm)
{
	memory->resident = resident_pages(mm);
	memory->peak = mm->hiwater_rss > memory->resident ? mm->hiwater_rss : memory->resident;
	memory->virtual = mm->total_vm;
}

#endif
