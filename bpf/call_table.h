/* SPDX-License-Identifier: GPL-2.0 */
/* The table of the system calls of a process, or of a thread that is a target: rows by number, errors, times.
 */
#ifndef PROC_IMAGE_CALL_TABLE_H
#define PROC_IMAGE_CALL_TABLE_H

#define FOREIGN_PROBES 8

/* The next free row is the number's from now on. 0, that of all others, when there is none. */
static __always_inline u32 add_row(struct call_table *table, s32 number, u32 kind)
{
	if (table->record.rows_used >= CALL_ROWS - 1)
		return 0;
	u32 row = __sync_fetch_and_add(&table->record.rows_used, 1) + 1;
	if (row >= CALL_ROWS) {
		__sync_fetch_and_add(&table->record.rows_used, -1);
		return 0;
	}
	table->record.rows[row].number = number;
	table->record.rows[row].kind = kind;
	return row;
}

/*
 * Where two threads make the first call of a number at the same time, or of two that have the same hash, it
 * may get two rows: whoever reads adds them up. Not static: then it is verified once.
 */
__noinline int find_row(struct call_table *table, s32 number, u32 kind)
{
	u32 row = 0;
	if (!table)
		return 0;
	table->record.rows[0].kind = CALL_OTHER;
	if (kind == CALL_NATIVE && (u32)number < NATIVE_NUMBERS) {
		row = add_row(table, number, kind);
		table->native[number & (NATIVE_NUMBERS - 1)] = row;
		return row;
	}
	for (u32 i = 0; i < FOREIGN_PROBES; i++) {
		u32 at = ((u32)number + i) & (FOREIGN_NUMBERS - 1);
		row = table->foreign[at];
		if (!row) {
			row = add_row(table, number, kind);
			table->foreign[at] = row;
			return row;
		}
		if (row < CALL_ROWS && table->record.rows[row].number == number &&
		    table->record.rows[row].kind == kind)
			return row;
	}
	return 0;
}

static __always_inline struct call_row *row_of(struct call_table *table, s32 number, u32 kind)
{
	u32 row = 0;
	if (kind == CALL_NATIVE && (u32)number < NATIVE_NUMBERS)
		row = table->native[number & (NATIVE_NUMBERS - 1)];
	if (!row)
		row = find_row(table, number, kind);
	return &table->record.rows[row < CALL_ROWS ? row : 0];
}

union error_key {
	struct {
		s32 number;
		u16 kind;
		u16 error;
	};
	u64 all;
};

/* So many of one error: times is 1, but when figures move to an heir. */
__noinline int count_errors(struct call_table *table, s32 number, u32 kind, u32 error, u64 times)
{
	union error_key key = {.number = number, .kind = kind, .error = error};
	if (!table || !times)
		return 0;
	for (u32 i = 0; i < FOREIGN_PROBES; i++) {
		struct call_error *at =
			&table->record.errors[((u32)number + error * 7 + i) & (CALL_ERRORS - 1)];
		u64 there = *(volatile u64 *)at;
		if (!there)
			there = __sync_val_compare_and_swap((u64 *)at, 0, key.all);
		if (!there || there == key.all) {
			__sync_fetch_and_add(&at->count, times);
			return 0;
		}
	}
	__sync_fetch_and_add(&table->record.other_errors, times);
	return 0;
}

/* These two are not static: so the verifier goes through their loops once. min: 0 means that there is none
 * yet. */
__noinline int lower_min(u64 *min, u64 time)
{
	if (!min)
		return 0;
	for (int i = 0; i < CAS_TRIES; i++) {
		u64 old = *(volatile u64 *)min;
		if ((old && old <= time) || __sync_val_compare_and_swap(min, old, time) == old)
			break;
	}
	return 0;
}

__noinline int raise_max(u64 *max, u64 time)
{
	if (max)
		raise_to(max, time);
	return 0;
}

static __always_inline bool is_error(s64 result)
{
	return (u64)result >= (u64)-MAX_ERRNO;
}

struct ended_call {
	s32 number;
	u32 kind;
	u64 begin; /* 0: not seen */
	u64 end;
	u64 time; /* ns, or CALL_TIME_UNKNOWN */
	s64 result;
};

/* Not static, likewise. since: of what counts, before which no time is anybody's. */
__noinline int count_call(struct call_table *table, struct ended_call *call, u64 since)
{
	if (!table || !call || call->end < since) /* it is of an earlier activation */
		return 0;
	struct call_row *row = row_of(table, call->number, call->kind);
	__sync_fetch_and_add(&row->count, 1);
	if (is_error(call->result)) {
		__sync_fetch_and_add(&row->errors, 1);
		count_errors(table, row->number, row->kind, -call->result, 1);
	}
	if (call->time == CALL_TIME_UNKNOWN || call->begin < since) {
		__sync_fetch_and_add(&row->untimed, 1);
		return 0;
	}
	u32 bucket = bucket_of(call->time);
	__sync_fetch_and_add(&row->time, call->time);
	if (call->time > row->max)
		raise_max(&row->max, call->time);
	if (bucket < HISTOGRAM_BUCKETS)
		__sync_fetch_and_add(&table->record.buckets[bucket], 1);
	if (!table->record.min || call->time < table->record.min)
		lower_min(&table->record.min, call->time);
	return 0;
}

#define TAKE(field) __sync_lock_test_and_set(&(field), 0)

__noinline int fold_row(struct call_table *to, struct call_row *from)
{
	if (!to || !from || !from->kind || !from->count)
		return 0;
	struct call_row *row = &to->record.rows[0];
	if (from->kind == CALL_OTHER)
		row->kind = CALL_OTHER;
	else
		row = row_of(to, from->number, from->kind);
	__sync_fetch_and_add(&row->count, TAKE(from->count));
	__sync_fetch_and_add(&row->untimed, TAKE(from->untimed));
	__sync_fetch_and_add(&row->errors, TAKE(from->errors));
	__sync_fetch_and_add(&row->time, TAKE(from->time));
	raise_max(&row->max, from->max);
	return 0;
}

/* Moves what has been counted: each figure at once, as histogram_fold() does. */
__noinline int fold_calls(struct call_table *to, struct call_table *from)
{
	if (!to || !from)
		return 0;
	for (u32 i = 0; i < CALL_ROWS && i <= from->record.rows_used; i++)
		fold_row(to, &from->record.rows[i]);
	for (u32 i = 0; i < CALL_ERRORS; i++) {
		struct call_error *error = &from->record.errors[i];
		count_errors(to, error->number, error->kind, error->error, TAKE(error->count));
	}
	__sync_fetch_and_add(&to->record.other_errors, TAKE(from->record.other_errors));
	for (u32 i = 0; i < HISTOGRAM_BUCKETS; i++)
		__sync_fetch_and_add(&to->record.buckets[i], TAKE(from->record.buckets[i]));
	if (from->record.min)
		lower_min(&to->record.min, from->record.min);
	return 0;
}

/* Returns how many bytes of the record there are to be told. */
static __always_inline u64 complete_calls(struct calls_record *record, struct task_struct *task, s32 tid,
					  u64 since)
{
	u64 rows = record->rows_used + 1;
	record->tgid = task->tgid;
	record->tid = tid;
	record->start_id = task->start_boottime;
	record->since = since;
	return __builtin_offsetof(struct calls_record, rows) +
	       (rows < CALL_ROWS ? rows : CALL_ROWS) * sizeof(struct call_row);
}

#endif
