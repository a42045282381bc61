#!/usr/bin/env bash
# What ProcImage costs the work of others, beside nothing, beside empty programs on the same hooks, and beside public
# tools that do the same work. Workloads of one kind of work each run in interleaved rounds of:
#   nothing, empty          nobody; an empty program on each of our hooks
#   standby, preloaded      nothing is collected
#   IMAGE-target            the workload is imaged, with what it starts; lock: every lock, by probes
#   IMAGE-other, IMAGE-all  another process is, every process is
#   lock-ended              the workload was imaged and is not any more
#   five-all                all five images of every process
#   ...-alone               the same where nothing else is preloaded: in standby only the hooks that it needs are attached,
#                           as a public tool attaches only its own. Without -target: of every process
#   runqlat, ...            a public tool; strace, perf-trace, perf-trace-futex and bpftrace-mutex look at the workload alone, and
#                           but for strace not at what it starts
# Every second round goes backwards. A sample is ns per operation: load, workload, state, round, ns.
# Needs root, a build, clang, gcc, make; of the public tools and servers those that there are, and says what there is not.
# Usage: bench/overhead.sh [--beside] [--room NAME] [ROUNDS [STATES [WORKLOADS]]]
#   --beside: with twice as many hogs as CPUs; STATES and WORKLOADS: some of them, by name
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
load=idle name=overhead
while [[ ${1:-} == --* ]]; do
	case $1 in
	--beside) load=beside ;;
	--room) name=$2 && shift ;;
	*) echo "$0: there is no $1" >&2 && exit 2 ;;
	esac
	shift
done
rounds=${1:-11}
. bench/common.sh
room "$name"

images=(keytime=1 lock=contention resource schedule syscall=10)
# How many operations take some 20 to 500 ms.
declare -A counts=([getppid]=200000 [mix]=40000 [pipe]=4000 [throughput]=40000 [yield]=20000 [fork]=150 [exec]=50
	[execl]=50 [copy256]=20000 [copy]=20000 [copy4096]=10000 [mutex]=5000000 [futex]=10000 [shell1]=5 [shell8]=1 [build]=1
	[redis]=4000 [pgbench]=200)
order=(getppid mix pipe throughput yield fork exec execl copy256 copy copy4096 mutex futex shell1 shell8 build redis pgbench)
states=(nothing empty preloaded)
for image in "${images[@]}"; do states+=("$image-target" "$image-other" "$image-all"); done
states+=(lock-target lock-other lock-ended five-all)
states+=(standby {keytime=0,keytime=1,lock=contention,schedule,syscall=10}-alone {keytime=1,lock,lock=contention,syscall=10}-target-alone)
states+=(runqlat bpftrace perf cpudist offcputime execsnoop exitsnoop syscount bpftrace-calls perf-trace strace
	bpftrace-futex perf-trace-futex bpftrace-mutex)
# Who yields to a hog waits for the rest of its slice.
[[ $load == idle ]] || counts[yield]=200
read -ra states <<<"${2:-${states[*]}}"
read -ra order <<<"${3:-${order[*]}}"

gcc -O2 -Wall -pthread -o "$work/loops" bench/loops.c
gcc -O2 -Wall -o "$work/attach" bench/attach.c -lbpf
clang -O2 -g -target bpf -c bench/empty.bpf.c -o "$work/empty.o"

# without NAME WHAT: leaves it out, and says so.
without_state() {
	note "state $1 is missing: no $2"
	mapfile -t states < <(printf '%s\n' "${states[@]}" | grep -vx "$1")
}
without_workload() {
	note "workload $1 is missing: no $2"
	mapfile -t order < <(printf '%s\n' "${order[@]}" | grep -vx "$1")
}
for state in "${states[@]}"; do
	case $state in
	runqlat | cpudist | offcputime | execsnoop | exitsnoop | syscount | strace) command=$state ;;
	bpftrace*) command=bpftrace ;;
	perf*) command=perf ;;
	*) continue ;;
	esac
	command -v "$command" >/dev/null || without_state "$state" "$command"
done

# What the workloads need: servers that run all the time, a project to build, a script.
redis=
database=
leave() { end INT "$database"; } # a fast shutdown
serve_redis() {
	port=$(. tools/machine.sh && free_port)
	redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$work" >"$work/redis.log" &
	redis=$!
	others+=("$redis")
	await redis-cli -p "$port" ping >"$work/ping" 2>&1
}
# As nobody: it refuses to run as root. It listens at a socket in its own folder alone.
as_nobody() { setpriv --reuid nobody --regid nogroup --clear-groups env PGHOST="$work/database" PGUSER=nobody "$@"; }
serve_database() {
	mkdir "$work/database"
	chmod 711 "$work"
	chown nobody "$work/database"
	(cd "$work/database" && as_nobody "$postgres/initdb" -D data -A trust -N >log 2>&1)
	(cd "$work/database" && exec setpriv --reuid nobody --regid nogroup --clear-groups "$postgres/postgres" -D data \
		-k "$work/database" -c listen_addresses= -c fsync=off >>log 2>&1) &
	database=$!
	await as_nobody "$postgres/psql" -qc 'select 1' postgres >"$work/ping" 2>&1
	as_nobody "$postgres/pgbench" -i -q postgres >>"$work/ping" 2>&1
}
for workload in "${order[@]}"; do
	case $workload in
	redis)
		if command -v redis-server redis-benchmark >/dev/null; then serve_redis; else without_workload redis redis-server; fi
		;;
	pgbench)
		postgres=$(find /usr/lib/postgresql -path '*/bin/pgbench' 2>/dev/null | sort -V | tail -1)
		postgres=${postgres%/pgbench}
		if [[ $postgres ]]; then serve_database; else without_workload pgbench postgresql; fi
		;;
	build)
		mkdir "$work/build"
		cp bench/loops.c bench/calls.c bench/attach.c bench/sleepers.c "$work/build"
		printf 'all: loops.o calls.o attach.o sleepers.o\nCFLAGS = -O2 -Wall\n' >"$work/build/Makefile"
		command -v make >/dev/null || without_workload build make
		;;
	shell*)
		seq 2000 | shuf --random-source=<(yes) >"$work/numbers"
		cat >"$work/script" <<-'END'
			cd "$1" || exit 1
			sort -n numbers | sed 's/7/seven/' | grep seven | tail -50 >"sorted.$$"
			wc "sorted.$$" | tr -d ' ' | od -c >"counted.$$"
			tee "copy.$$" <"sorted.$$" | sort -r | cut -c 1-3 >>"counted.$$"
			rm "sorted.$$" "counted.$$" "copy.$$"
		END
		;;
	esac
done

mkfifo "$work/input" "$work/waits"
exec {input}<>"$work/input" {waits}<>"$work/waits" # held open, so that nobody waits for the other side
"$work/loops" mutex 1 <&"$waits" >/dev/null & # the other process: the same program, and it does nothing
other=$!
others+=("$other")

# shellcheck disable=SC2016 # of that shell
eight_at_once='for copy in 1 2 3 4 5 6 7 8; do sh "$1" "$2" & done; wait'

# few STATE WORKLOAD: by how much fewer operations do, where each takes far longer. Not where some of the time is that of a start, nor
# where there are no calls: beside hogs, who is ready before the CPU is taken away seems to be faster.
few() {
	case $1/$2 in
	lock-target*/mutex | bpftrace-mutex/mutex) echo 1000 ;;
	strace/* | perf-trace/*)
		case $2 in
		mutex | fork | exec* | shell* | build | redis | pgbench) echo 1 ;;
		*) echo 20 ;;
		esac
		;;
	*) echo 1 ;;
	esac
}

# measure STATE [COMMAND...]: every workload. COMMAND is run with the pid of each before it begins.
measure() {
	local state=$1 workload pid count figure given
	shift
	sleep 0.3 # what has just started or ended has settled, likewise
	for workload in "${order[@]}"; do
		count=$((counts[$workload] / $(few "$state" "$workload")))
		: >"$work/figure"
		case $workload in
		redis)
			prepare "$redis" "$@" || continue
			redis_benchmark "$count" >"$work/figure"
			;;
		pgbench)
			prepare "$database" "$@" || continue
			pgbench "$count" >"$work/figure"
			;;
		*)
			given=("$workload" "$count")
			case $workload in
			build) given=(run "$count" make -s -B -j2 -C "$work/build") ;;
			shell1) given=(run "$count" sh "$work/script" "$work") ;;
			shell8) given=(run "$count" sh -c "$eight_at_once" eight "$work/script" "$work") ;;
			esac
			nice -n "$precedence" "$work/loops" "${given[@]}" <&"$input" >"$work/figure" &
			pid=$!
			if within 30 is_loops "$pid" && prepare "$pid" "$@"; then
				echo >&"$input"
			else
				end KILL "$pid"
				continue
			fi
			wait "$pid" || true
			;;
		esac
		if [[ $tracer ]]; then
			case $workload in
			redis | pgbench) end INT "$tracer" ;;
			*) wait "$tracer" || true ;; # it has ended with its target
			esac
			tracer=
		fi
		figure=$(cat "$work/figure")
		if [[ $figure ]]; then
			sample "$load" "$workload" "$state" "$round" "$figure"
		else
			note "$workload beside $state gave no figure in round $round ($load)"
		fi
	done
}
# prepare PID [COMMAND...]: runs it for that process, and lets it settle: what a loader or a tool does at once when it has a
# target is not what it costs from then on.
prepare() {
	if (($# > 1)); then
		"${@:2}" "$1" || return 1
	elif [[ -z $hogs ]]; then
		return 0
	fi
	sleep 0.2 # beside hogs, who has just started goes before one that has waited
}
is_loops() { [[ $(cat "/proc/$1/comm") == loops ]]; } # and no longer what starts it
# Sets and gets of redis-benchmark: ns per operation of a server with one client at a time.
redis_benchmark() {
	local begin
	begin=$(date +%s%N)
	usual timeout 120 redis-benchmark -p "$port" -c 1 -t set,get -n $(($1 / 2)) -q >"$work/served" || return 0
	echo $((($(date +%s%N) - begin) / $1))
}
# Transactions of one client, without the time that it takes to connect.
pgbench() {
	usual setpriv --reuid nobody --regid nogroup --clear-groups env PGHOST="$work/database" PGUSER=nobody \
		timeout 120 "$postgres/pgbench" -n -t "$1" postgres 2>&1 |
		awk '/^tps/ && $3 > 0 { printf "%.0f\n", 1e9 / $3 }' || true
}
# A tool that looks at one process, and ends with it. strace looks at all that it starts, too.
trace() {
	local target=${*: -1}
	nice -n "$precedence" "$@" >"$work/tool.log" 2>&1 &
	tracer=$!
	if [[ $1 == strace ]]; then
		within 30 is_traced "$target" && return
	else
		within 60 has_attached "$tracer" && return
	fi
	note "$1 did not attach in round $round ($load): $(head -c 200 "$work/tool.log" | tr '\n\t' '  ')"
	end INT "$tracer"
	tracer=
	return 1
}
trace_mutex() { trace bpftrace -e "$mutexes" -p "$1"; }
image() {
	control --follow "$1" -P "$2" || { note "$1 of $workload was refused in round $round ($load)" && return 1; }
}
image_and_end() { image --lock "$1" && control -d; }

# need MODE: a loader with all images, or with those and --standby, or none. Our own states follow each other with one.
mode=none
need() {
	[[ $mode != "$1" ]] || return 0
	[[ $load == idle ]] || unhog # with them preloading takes a minute
	finish
	case $1 in
	all) preload -a ;;
	standby) preload -a --standby ;;
	esac
	mode=$1
	[[ $load == idle ]] || hog $((2 * $(nproc)))
}
# in_state STATE: sets it up and measures.
in_state() {
	local state=$1 image=${1%%-*}
	case $state in
	preloaded | *-target | *-other | *-all | *-ended) need all ;;
	standby | *-alone) need standby ;;
	*) need none ;;
	esac
	case $state in
	nothing) measure nothing ;;
	empty)
		: >"$work/attached"
		"$work/attach" "$work/empty.o" >"$work/attached" &
		tool=$!
		await test -s "$work/attached"
		measure empty
		end TERM "$tool"
		tool=
		;;
	standby)
		sample "$load" links standby "$round" "$(find "$pins/links" -type f | wc -l)"
		measure standby
		;;
	preloaded) measure preloaded ;;
	five-all)
		control -k1 -l -r -s10 -S
		measure "$state"
		control -d
		;;
	lock-ended) measure "$state" image_and_end ;;
	*-target | *-target-alone)
		measure "$state" image "--$image"
		control -d
		;;
	*-other)
		control -P "$other" "--$image"
		measure "$state"
		control -d
		;;
	*-all | *-alone)
		control "--$image"
		measure "$state"
		control -d
		;;
	runqlat) beside runqlat -P ;;
	offcputime | cpudist | execsnoop | exitsnoop) beside "$state" ;;
	syscount) beside syscount -L ;;
	strace) measure strace trace strace -f -c -o /dev/null -p ;;
	perf-trace) measure "$state" trace perf trace -s -p ;;
	perf-trace-futex) measure "$state" trace perf trace -s -e futex -p ;;
	bpftrace) beside bpftrace -e "$histogram" ;;
	bpftrace-calls) beside bpftrace -e "$calls" ;;
	bpftrace-futex) beside bpftrace -e "$futexes" ;;
	bpftrace-mutex) measure "$state" trace_mutex ;;
	perf) beside perf sched record -o "$work/perf.data" ;;
	*) echo "$0: there is no state $state" >&2 && exit 2 ;;
	esac
}

# shellcheck disable=SC2016 # the variables are bpftrace's
histogram='tracepoint:sched:sched_wakeup, tracepoint:sched:sched_wakeup_new { @since[args->pid] = nsecs; }
tracepoint:sched:sched_switch {
	if (args->prev_state == 0) { @since[args->prev_pid] = nsecs; }
	if (@since[args->next_pid]) { @delay = hist(nsecs - @since[args->next_pid]); delete(@since[args->next_pid]); }
}
END { clear(@since); }'

# shellcheck disable=SC2016
calls='tracepoint:raw_syscalls:sys_enter { @since[tid] = nsecs; }
tracepoint:raw_syscalls:sys_exit /@since[tid]/ { @time[comm, args->id] = hist(nsecs - @since[tid]); delete(@since[tid]); }
END { clear(@since); }'

# shellcheck disable=SC2016
futexes='tracepoint:syscalls:sys_enter_futex { @since[tid] = nsecs; @lock[tid] = args->uaddr; }
tracepoint:syscalls:sys_exit_futex /@since[tid]/ {
	@wait[pid, @lock[tid]] = hist(nsecs - @since[tid]); delete(@since[tid]); delete(@lock[tid]);
}
END { clear(@since); clear(@lock); }'

# shellcheck disable=SC2016
mutexes='uprobe:libc:pthread_mutex_lock { @lock[tid] = arg0; @asked[tid] = nsecs; }
uretprobe:libc:pthread_mutex_lock /@asked[tid]/ {
	@acquire[@lock[tid]] = hist(nsecs - @asked[tid]); @taken[tid, @lock[tid]] = nsecs; delete(@asked[tid]);
}
uprobe:libc:pthread_mutex_unlock /@taken[tid, arg0]/ {
	@hold[arg0] = hist(nsecs - @taken[tid, arg0]); delete(@taken[tid, arg0]);
}
END { clear(@lock); clear(@asked); clear(@taken); }'

# beside COMMAND...: a public tool from when it has attached to when it has gone.
beside() {
	nice -n "$precedence" "$@" >"$work/tool.log" 2>&1 &
	tool=$!
	if within 60 has_attached "$tool"; then
		measure "$state"
	else
		note "$state did not attach in round $round ($load): $(head -c 200 "$work/tool.log" | tr '\n\t' '  ')"
	fi
	end INT "$tool"
	tool=
}

[[ $load == idle ]] || hog $((2 * $(nproc)))
mapfile -t backwards < <(printf '%s\n' "${states[@]}" | tac)
for ((round = 0; round < rounds; round++)); do
	progress "$name, $load: round $((round + 1)) of $rounds, ${#states[@]} states, ${#order[@]} workloads"
	if ((round % 2)); then turn=("${backwards[@]}"); else turn=("${states[@]}"); fi
	for state in "${turn[@]}"; do in_state "$state"; done
	need none
done
[[ $load == idle ]] || unhog
conclude
