#!/usr/bin/env bash
# What ProcImage costs the work of others, beside nothing, beside empty programs on the same hooks, and beside public
# tools that measure run-queue, on-CPU or off-CPU time, tell of processes that begin and end, or count system calls. Loops of one kind of work each run in interleaved rounds of:
#   nothing, empty          nobody; an empty program on each of our hooks
#   standby, preloaded      nothing is collected
#   IMAGE-target            the loop is imaged, with what it forks
#   IMAGE-other, IMAGE-all  another process is, every process is
#   runqlat, ...            a public tool; strace and perf-trace look at the loop alone
# Every second round goes backwards. Prints median, lowest and highest in ns per operation, and the median of the ratios
# within a round to nothing, to empty, to runqlat -P and to syscount -L. Then how long an activation takes that has to attach first.
# Needs root, a build, clang, gcc, redis; of the public tools (Debian: libbpf-tools, bpftrace, linux-perf) those that there are.
# Usage: bench/overhead.sh [ROUNDS [STATES [LOOPS]]]   STATES and LOOPS: some of them, by name
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-51}
. bench/common.sh

images=(keytime=0 keytime=1 resource schedule syscall=10)
declare -A counts=([getppid]=200000 [pipe]=4000 [yield]=20000 [fork]=150 [exec]=50 [copy]=20000 [redis]=20000)
order=(getppid pipe yield fork exec copy redis)
states=(nothing empty standby preloaded)
for image in "${images[@]}"; do states+=("$image-target" "$image-other" "$image-all"); done
for public in runqlat offcputime cpudist execsnoop exitsnoop syscount bpftrace perf strace; do
	! command -v "$public" >/dev/null || states+=("$public")
done
! command -v bpftrace >/dev/null || states+=(bpftrace-calls)
! command -v perf >/dev/null || states+=(perf-trace)
read -ra states <<<"${2:-${states[*]}}"
read -ra order <<<"${3:-${order[*]}}"

gcc -O2 -Wall -o "$work/loops" bench/loops.c
gcc -O2 -Wall -o "$work/attach" bench/attach.c -lbpf
clang -O2 -g -target bpf -c bench/empty.bpf.c -o "$work/empty.o"
if [[ " ${order[*]} " == *" redis "* ]]; then
	port=$(. tools/machine.sh && free_port)
	redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$work" >"$work/server" &
	server=$!
	await redis-cli -p "$port" ping >"$work/ping"
fi
mkfifo "$work/input"
exec {input}<>"$work/input" # held open, so that nobody waits for the other side

# measure STATE [COMMAND...]: every loop. COMMAND is run with the pid of each before it begins.
measure() {
	local state=$1 loop pid
	shift
	sleep 0.3 # what has just started or ended has settled
	for loop in "${order[@]}"; do
		if [[ $loop == redis ]]; then
			(($# == 0)) || "$@" "$server"
			serve >>"$work/$loop-$state"
			[[ -z $tracer ]] || kill -INT "$tracer"
		else
			"$work/loops" "$loop" "${counts[$loop]}" <&"$input" >>"$work/$loop-$state" &
			pid=$!
			(($# == 0)) || "$@" "$pid"
			echo >&"$input"
			wait "$pid"
		fi
		[[ -z $tracer ]] || wait "$tracer" || true
		tracer=
	done
}
# Sets and gets of redis-benchmark: ns per operation of a server with one client at a time.
serve() {
	local begin
	begin=$(date +%s%N)
	redis-benchmark -p "$port" -c 1 -t set,get -n $((counts[redis] / 2)) -q >"$work/served"
	echo $((($(date +%s%N) - begin) / counts[redis]))
}
# A tool that looks at one process, and ends with it. In the way of strace and perf trace all that it starts is looked at, too.
trace() {
	"$@" >"$work/tool" 2>&1 &
	tracer=$!
	sleep 1
	kill -0 "$tracer" || { cat "$work/tool" >&2 && exit 1; }
}
image() { control --follow "$1" -P "$2"; }
control() { out/controller --bpffs "$pins" "$@" >/dev/null; }

# in_state STATE: sets it up, measures, takes it down.
in_state() {
	local state=$1 image=${1%-*}
	case $state in
	nothing) measure nothing ;;
	empty)
		"$work/attach" "$work/empty.o" >"$work/attached" &
		tool=$!
		await test -s "$work/attached"
		measure empty
		kill "$tool"
		wait "$tool" || true
		tool=
		;;
	standby)
		preload -a --standby
		measure standby
		for image in "${images[@]}"; do
			begin=$(date +%s%N)
			control -P $$ "--$image"
			echo $((($(date +%s%N) - begin) / 1000)) >>"$work/attaching-$image"
			control -d # which detaches
		done
		finish
		;;
	preloaded)
		preload -a
		measure preloaded
		finish
		;;
	*-target)
		preload -a
		measure "$state" image "--$image"
		finish
		;;
	*-other)
		preload -a
		control -P $$ "--$image"
		measure "$state"
		finish
		;;
	*-all)
		preload -a
		control "--$image"
		measure "$state"
		finish
		;;
	runqlat) beside runqlat -P ;;
	offcputime | cpudist | execsnoop | exitsnoop) beside "$state" ;;
	syscount) beside syscount -L ;;
	strace) measure strace trace strace -f -c -o /dev/null -p ;;
	perf-trace) measure perf-trace trace perf trace -s -p ;;
	bpftrace) beside bpftrace -e "$histogram" ;;
	bpftrace-calls) called=bpftrace-calls beside bpftrace -e "$calls" ;;
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

# beside COMMAND...: a public tool from when it has attached to when it has gone.
beside() {
	"$@" >"$work/tool" 2>&1 &
	tool=$!
	sleep 2
	kill -0 "$tool" || { cat "$work/tool" >&2 && exit 1; }
	measure "${called:-$1}"
	kill -INT "$tool"
	wait "$tool" || true
	tool=
}

mapfile -t backwards < <(printf '%s\n' "${states[@]}" | tac)
for ((round = 0; round < rounds; round++)); do
	if ((round % 2)); then turn=("${backwards[@]}"); else turn=("${states[@]}"); fi
	for state in "${turn[@]}"; do in_state "$state"; done
done

# against LOOP STATE REFERENCE: a ratio, or a dash where the reference was not measured.
against() { if [[ -s $work/$1-$3 ]]; then ratio "$1-$2" "$1-$3"; else echo -; fi; }

printf '%d rounds, %s, %d CPUs; ns per operation\n' "$rounds" "$(uname -r)" "$(nproc)"
for loop in "${order[@]}"; do
	printf '\n%-17s %10s %10s %10s %11s %9s %11s %12s\n' "$loop" median lowest highest to-nothing to-empty to-runqlat \
		to-syscount
	for state in "${states[@]}"; do
		figures=$loop-$state
		printf '%-17s %10s %10s %10s %11s %9s %11s %12s\n' "$state" "$(median "$figures")" "$(lowest "$figures")" \
			"$(highest "$figures")" "$(against "$loop" "$state" nothing)" "$(against "$loop" "$state" empty)" \
			"$(against "$loop" "$state" runqlat)" "$(against "$loop" "$state" syscount)"
	done
done
echo
for image in "${images[@]}"; do
	[[ -s $work/attaching-$image ]] || continue
	printf 'controller --%s in standby, which attaches: %s us (%s to %s), with the start of the program\n' "$image" \
		"$(median "attaching-$image")" "$(lowest "attaching-$image")" "$(highest "attaching-$image")"
done
