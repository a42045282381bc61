/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time ledger: where the time of a thread goes. What it ran and what it waited for a CPU is in the
 * kernel's own books; what is left of the time between two moments goes to the state that the thread was in.
 * So the states add up to the time, whatever switch is missed.
 */
#ifndef PROC_IMAGE_LEDGER_H
#define PROC_IMAGE_LEDGER_H

/* Brings the times up to now. Returns what went to the state. */
static __always_inline u64 ledger_settle(struct keytime *keytime, u64 now, u64 runtime, u64 delay)
{
	/* Those of a beginning on another CPU were reckoned ahead: the hypervisor may have taken some of it.
	 */
	if ((s64)(runtime - keytime->runtime) < 0)
		runtime = keytime->runtime;
	if ((s64)(delay - keytime->delay) < 0)
		delay = keytime->delay;
	u64 ran = runtime - keytime->runtime, waited = delay - keytime->delay;
	s64 rest = now - keytime->since - ran - waited;
	u64 state = keytime->state;
	keytime->version++;
	barrier();
	keytime->stats.times[TIME_RUNNING] += ran;
	keytime->stats.times[TIME_RUNNABLE] += waited;
	if (rest > 0 && state < TIME_STATES)
		keytime->stats.times[state] += rest;
	/* What clocks of several CPUs differ by is made up for by the next time. */
	keytime->since = rest < 0 ? now - rest : now;
	keytime->runtime = runtime;
	keytime->delay = delay;
	barrier();
	keytime->version++;
	return rest < 0 ? 0 : rest;
}

#define COPY_TRIES 8

/* Of a task that may be switching on another CPU. Where no copy comes out whole, the last one has to do. */
static __always_inline void ledger_copy(struct keytime *to, struct keytime *from)
{
	u64 before, after;
	int left = COPY_TRIES;
	do { /* its end jumps back: the verifier of 6.1 takes no loop that falls into its own beginning */
		before = *(volatile u64 *)&from->version;
		barrier();
		*to = *from;
		barrier();
		after = *(volatile u64 *)&from->version;
	} while ((before & 1 || before != after) && --left);
}

static __always_inline void ledger_settle_task(struct activity *act, struct keytime *keytime,
					       struct task_struct *task, u64 now)
{
	ledger_settle(keytime, now, runtime_by(act, task, now), delay_by(act, task, now));
}

/* As far as it can be seen from another CPU. */
static __always_inline u32 state_of(struct task_struct *task)
{
	bool runs = task->on_cpu || task->sched_info.last_queued;
	return runs ? TIME_STOLEN : time_state_after(slice_end_of(task->__state));
}

static __always_inline void ledger_begin(struct activity *act, struct keytime *keytime,
					 struct task_struct *task, u64 now)
{
	__builtin_memset(keytime->stats.times, 0, sizeof(keytime->stats.times));
	keytime->since = now;
	keytime->runtime = runtime_by(act, task, now);
	keytime->delay = delay_by(act, task, now);
	keytime->state = state_of(task);
	keytime->slice_begin = task->on_cpu ? now : 0;
	keytime->slice_wait = 0;
	keytime->slice_runtime = keytime->runtime;
	keytime->slices_lost = 0;
	keytime->blocks = 0;
	keytime->places = 0;
}

static __always_inline bool ledger_counts(struct activity *act, struct task_image *image)
{
	return image->images & 1 << IMAGE_LEDGER && counts_for_process(act, image, IMAGE_LEDGER);
}

static __always_inline bool ledger_counts_target(struct activity *act, struct task_image *image,
						 struct target_image *target)
{
	return target->images & 1 << IMAGE_LEDGER &&
	       test_slot(act->collect[IMAGE_LEDGER], image->policies[NAMED_BY_THREAD]);
}

/* The moment at which deadlines have stopped the ledger of a task, or now if something else did. */
static __always_inline u64 stopped_at(struct task_image *image, u64 now)
{
	u64 end = 0;
	for (int i = 0; i < NAMES; i++) {
		u32 slot = image->policies[i];
		struct policy *policy = bpf_map_lookup_elem(&policies, &slot);
		if (slot && policy && policy->images & 1 << IMAGE_LEDGER && policy->deadline > end)
			end = policy->deadline;
	}
	return end && end < now ? end : now;
}

/*
 * Brings the times up to the moment at which the ledger was stopped. No switch lies between the last one that
 * was settled and that moment: so the task did one and the same thing in between, whatever it has done since.
 */
static __always_inline void ledger_stop(struct activity *act, struct keytime *keytime,
					struct task_struct *task, u64 stop, u64 now)
{
	u64 total = bounded(stop - keytime->since, ~0ULL), ran = 0, waited = 0;
	if (stop == now) {
		ledger_settle_task(act, keytime, task, now);
		return;
	}
	if (keytime->state == TIME_STOLEN) { /* on a run queue */
		ran = bounded(runtime_by(act, task, now) - keytime->runtime, total);
		waited = bounded(delay_by(act, task, now) - keytime->delay, total - ran);
	}
	ledger_settle(keytime, keytime->since + total, keytime->runtime + ran, keytime->delay + waited);
}

/*
 * Adds what has happened since to a copy, which was made at now or later. An activation may have met a task
 * just when it went to sleep: then its state is still to be seen.
 */
static __always_inline void ledger_read(struct activity *act, struct task_image *image,
					struct keytime *keytime, struct task_struct *task, bool counts,
					u64 now)
{
	if (!counts) {
		ledger_stop(act, keytime, task, stopped_at(image, now), now);
		return;
	}
	if (keytime->state == TIME_STOLEN)
		keytime->state = state_of(task);
	ledger_settle_task(act, keytime, task, now);
}

/* What it was blocked for until then is over. runtime: what it had run by then. */
static __always_inline void slice_begins(struct keytime *keytime, struct task_struct *task, s32 life_tid,
					 u64 begin, u64 runtime, u64 waited, u64 blocked)
{
	if (keytime->blocks) /* by its state until now */
		add_blocked(keytime, task, life_tid, blocked);
	keytime->slice_begin = begin;
	keytime->slice_wait = waited;
	keytime->slice_runtime = runtime;
	keytime->state = TIME_STOLEN;
}

/* A task gets a CPU. */
static __always_inline void ledger_arrive(struct keytime *keytime, struct task_struct *task, s32 life_tid,
					  u64 now, u64 runtime, u64 delay, u32 whose)
{
	u64 before = keytime->delay;
	u64 blocked = ledger_settle(keytime, now, runtime, delay);
	if (keytime->slice_begin && whose)
		__sync_fetch_and_add(&keytime->slices_lost, 1); /* its end was missed */
	slice_begins(keytime, task, life_tid, keytime->since, keytime->runtime, keytime->delay - before,
		     blocked);
}

/*
 * Brings the times of a running task up to now. Where the begin of its slice was missed, all that has come
 * since the last time belongs to it.
 */
static __always_inline void ledger_settle_slice(struct keytime *keytime, struct task_struct *task,
						s32 life_tid, u64 now, u64 runtime, u64 delay)
{
	u64 runtime_before = keytime->runtime, delay_before = keytime->delay;
	u64 blocked = ledger_settle(keytime, now, runtime, delay);
	if (!keytime->slice_begin)
		slice_begins(keytime, task, life_tid, keytime->since - (keytime->runtime - runtime_before),
			     runtime_before, keytime->delay - delay_before, blocked);
}

/* The same in the middle of a slice. */
static __always_inline void ledger_settle_running(struct activity *act, struct keytime *keytime,
						  struct task_struct *task, s32 life_tid, u64 now)
{
	ledger_settle_slice(keytime, task, life_tid, now, runtime_by(act, task, now),
			    delay_by(act, task, now));
}

/* A task leaves the CPU. ledger_since: of its life. */
static __always_inline void ledger_leave(void *ctx, struct keytime *keytime, struct waker *waker,
					 struct task_struct *task, u64 now, u32 why, u32 whose,
					 u64 ledger_since)
{
	s32 life_tid = whose == EVENT_OF_THREAD ? task->pid : 0;
	ledger_settle_slice(keytime, task, life_tid, now, task->se.sum_exec_runtime,
			    task->sched_info.run_delay);
	u64 begin = keytime->slice_begin, waited = keytime->slice_wait;
	u64 ran = keytime->runtime - keytime->slice_runtime;
	keytime->state = time_state_after(why);
	keytime->slice_begin = 0;
	keytime->blocks = 0;
	if (!whose)
		return;
	tell_slice(keytime, waker, task, ledger_since, begin, keytime->since, ran, waited, why, whose);
	if (why == SLICE_SLEEPING || why == SLICE_DISK || why == SLICE_STOPPED)
		take_stacks(ctx, keytime, task, life_tid, ledger_since);
}

static __noinline int ledger_next(struct task_struct *next, struct task_image *image, u64 now, u64 delay)
{
	struct activity *act = get_activity();
	if (!act || !next || !image)
		return 0;
	u64 runtime = next->se.sum_exec_runtime;
	/* The wait of an exiting thread is settled when it leaves the CPU, unless it is released by then. */
	if (ledger_counts(act, image) && !image->folded) {
		take_waker(image, image->keytime.state);
		ledger_arrive(&image->keytime, next, 0, now, runtime, delay, slices_of_process(act, image));
	}
	if (!test_slot(act->collect[IMAGE_LEDGER], image->policies[NAMED_BY_THREAD]))
		return 0;
	struct target_image *target = bpf_task_storage_get(&target_images, next, 0, 0);
	if (!target || !(target->images & 1 << IMAGE_LEDGER))
		return 0;
	if (!ledger_counts(act, image))
		take_waker(image, target->keytime.state);
	ledger_arrive(&target->keytime, next, next->pid, now, runtime, delay, EVENT_OF_THREAD);
	return 0;
}

static __noinline int ledger_prev(void *ctx, struct task_struct *prev, struct task_image *image, u64 now,
				  u32 why)
{
	struct activity *act = get_activity();
	if (!act || !prev || !image)
		return 0;
	/* Of a thread that is released nobody takes what is left: its leader may be gone. */
	bool is_released = image->folded && !BPF_CORE_READ(prev, sighand);
	if (!is_released && ledger_counts(act, image)) {
		take_missed_waker(image, &image->keytime);
		ledger_leave(ctx, &image->keytime, &image->slice_waker, prev, now, why,
			     slices_of_process(act, image), image->ledger_since);
		if (image->folded)
			keytime_fold_into_heir(prev, image);
	}
	if (!test_slot(act->collect[IMAGE_LEDGER], image->policies[NAMED_BY_THREAD]))
		return 0;
	struct target_image *target = bpf_task_storage_get(&target_images, prev, 0, 0);
	if (!target || !(target->images & 1 << IMAGE_LEDGER))
		return 0;
	if (!ledger_counts(act, image))
		take_missed_waker(image, &target->keytime);
	ledger_leave(ctx, &target->keytime, &image->slice_waker, prev, now, why, EVENT_OF_THREAD,
		     target->ledger_since);
	return 0;
}

/* A thread exits, and its process goes on: what is settled here is what the process inherits. */
static __noinline int ledger_exit(struct task_struct *task, struct task_image *image, u64 now)
{
	struct activity *act = get_activity();
	if (!act || !task || !image || !ledger_counts(act, image))
		return 0;
	struct keytime *keytime = &image->keytime;
	take_missed_waker(image, keytime);
	ledger_settle_running(act, keytime, task, 0, now);
	if (task == task->group_leader)
		return 0;
	if (slices_of_process(act, image))
		tell_slice(keytime, &image->slice_waker, task, image->ledger_since, keytime->slice_begin,
			   keytime->since, keytime->runtime - keytime->slice_runtime, keytime->slice_wait,
			   SLICE_EXITED, EVENT_OF_PROCESS);
	image->slice_waker.kind = WAKER_NONE;
	keytime->slice_begin = keytime->since;
	keytime->slice_wait = 0;
	keytime->slice_runtime = keytime->runtime;
	return 0;
}

/* The same of a thread that is a target itself. */
static __always_inline void ledger_exit_target(struct activity *act, struct task_struct *task,
					       struct task_image *image, struct target_image *target, u64 now)
{
	if (!ledger_counts_target(act, image, target))
		return;
	if (!ledger_counts(act, image))
		take_missed_waker(image, &target->keytime);
	ledger_settle_running(act, &target->keytime, task, task->pid, now);
}

/*
 * What a thread did when its ledger began: from then on its slices tell the whole. target: null for its
 * process.
 */
static __noinline int tell_first_slice(struct task_struct *task, struct task_image *image,
				       struct target_image *target, u64 now, u64 state)
{
	struct activity *act = get_activity();
	if (!act || !task || !image)
		return 0;
	u32 whose = target ? EVENT_OF_THREAD : slices_of_process(act, image);
	struct keytime *keytime = target ? &target->keytime : &image->keytime;
	image->waker.kind = image->slice_waker.kind = WAKER_NONE;
	if (whose)
		tell_slice(keytime, &image->slice_waker, task,
			   target ? target->ledger_since : image->ledger_since, now, now, 0, 0,
			   slice_end_in(state), whose);
	return 0;
}

/*
 * All in the clock of the run queue, as the kernel's books are. Since prev's were last brought up to date the
 * scheduler itself has taken some time: it belongs to what prev does next.
 */
static __always_inline void ledger_switch(void *ctx, struct activity *act, bool preempt,
					  struct task_struct *prev, struct task_struct *next,
					  struct task_image *next_image, u64 delay, u32 prev_state)
{
	struct rq *rq = next->se.cfs_rq->rq;
	u64 clock = rq->clock;
	find_clock_offset(act, clock);
	u64 now = to_boot(act, clock);
	struct task_image *image = prev->pid ? bpf_task_storage_get(&images, prev, 0, 0) : NULL;
	if (image && image->named) {
		u64 since_books = bounded(rq->clock_task - prev->se.exec_start, MAX_LAG);
		ledger_prev(ctx, prev, image, now - since_books, why_it_leaves(preempt, prev, prev_state));
	}
	if (next_image && next_image->named)
		ledger_next(next, next_image, now, delay);
}

#endif
