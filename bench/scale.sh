#!/usr/bin/env bash
# What many imaged threads cost, all of whose figures change once a second: activation, scrape, memory of loader and kernel
# side, CPU of the loader while nobody scrapes. Then 1,000 policies; how often the loader wakes up when nothing is imaged;
# and how much the ring buffers take, until the first loss.
# Activation is the read(2) of the iterator that does it, as strace sees it: from the policy to the last thread imaged.
# The first scrape also takes up what is read of each process once: it is a figure of its own.
# A sample: figure, threads, processes, images, run, value; in ns, bytes, events, or by the second.
# Needs root, a build, gcc, curl and strace.
# Usage: bench/scale.sh [RUNS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs=${1:-11}
. bench/common.sh
room scale
gcc -O2 -Wall -pthread -o "$work/sleepers" bench/sleepers.c
gcc -O2 -Wall -pthread -o "$work/loops" bench/loops.c
gcc -O2 -Wall -o "$work/pins" bench/pins.c -lbpf
gcc -O2 -static -o "$work/nothing" -x c - <<<'int main(void) { return 0; }'

port=$(. tools/machine.sh && free_port)
metrics=http://127.0.0.1:$port/metrics
# shellcheck disable=SC2034 # by the name
basic=(-rS)
five=(-k1 -l -r -s10 -S)

# activation OPTION...: how long it takes, in ns.
activation() {
	strace -f -qq -T -e trace=read -o "$work/trace" out/controller --bpffs "$pins" "$@" >/dev/null
	awk -F '[<>]' '/<[0-9.]+>$/ && $(NF - 1) + 0 > longest { longest = $(NF - 1) + 0 }
		END { if (!longest) exit 1; printf "%.0f\n", longest * 1e9 }' "$work/trace"
}
# sleep_in PROCESSES THREADS: they are there from then until wake_up. Sets first, a pid.
sleep_in() {
	coproc "$work/sleepers" "$1" "$2"
	sleepers=$COPROC_PID
	read -r -u "${COPROC[0]}" _ first
	exec {input}>&"${COPROC[1]}"
	eval "exec ${COPROC[1]}>&-"
}
wake_up() {
	exec {input}>&-
	wait "$sleepers" || true
}
scrape() { curl -s -o "$work/body" -w '%{time_total}\n' "$metrics" | awk '{ printf "%.0f\n", $1 * 1e9 }'; }
deactivate() {
	control -d
	sleep 0.2
}
for shape in '1 100' '1 1000' '10 1000' '10000 1' '30 1000'; do
	read -r processes threads <<<"$shape"
	count=$((processes * threads))
	progress "$count threads of $processes processes"
	for images in basic five; do
		declare -n options=$images
		sleep_in "$processes" "$threads"
		preload -a --linger 0 --max-series 10000000 --listen "127.0.0.1:$port"
		target=()
		((processes > 1)) || target=(-P "$first")
		for ((run = 0; run < runs; run++)); do
			before=$(kernel_memory)
			took=$(activation "${options[@]}" "${target[@]}")
			sample activation "$count" "$processes" "$images" "$run" "$took"
			# Later runs get what the earlier ones have left.
			((run > 0)) || sample kernel "$count" "$processes" "$images" 0 $((($(kernel_memory) - before) / count))
			sample first-scrape "$count" "$processes" "$images" "$run" "$(scrape)"
			sleep 1.1 # all figures have changed by then
			sample scrape "$count" "$processes" "$images" "$run" "$(scrape)"
			sample loader "$count" "$processes" "$images" "$run" "$(resident)"
			((run + 1 == runs)) || deactivate
		done
		sleep 10 # .NET compiles for some seconds what has become busy
		sample cpu "$count" "$processes" "$images" 0 "$(a_second cpu_time 5)"
		sample maps "$count" "$processes" "$images" 0 "$("$work/pins" "$pins" | awk '/memory/ { print $2 }')"
		finish
		wake_up
	done
done

progress '1,000 policies'
sleep_in 1000 1
preload -a --linger 0 --max-series 10000000 --listen "127.0.0.1:$port"
read -ra pids <"/proc/$sleepers/task/$sleepers/children" || true # no line end
for pid in "${pids[@]}"; do control -rS -P "$pid"; done
for ((run = 0; run < runs; run++)); do
	sample scrape-policies 1000 1000 basic "$run" "$(scrape)"
	sample activation-policies 1000 1000 basic "$run" "$(activation -rS -P "${pids[0]}")"
done
finish
wake_up

# While nothing is imaged: with the HTTP server, which has clocks of its own, and without.
progress 'the loader at rest'
for listen in none "127.0.0.1:$port"; do
	preload -a --listen "$listen"
	sleep 1
	for ((run = 0; run < (runs < 5 ? runs : 5); run++)); do
		sample "naps-${listen%%[.:]*}" 0 0 none "$run" "$(a_second naps_own 4)"
		sample "runtime-naps-${listen%%[.:]*}" 0 0 none "$run" "$(a_second naps_runtime 4)"
	done
	finish
done

# storm LOOP COUNT COPIES [COMMAND...]: that many at a time, on all CPUs, and how many operations they did in a second.
storm() {
	local loop=$1 count=$2 copies=$3 copy begin pids=() pin=()
	shift 3
	begin=$(date +%s%N)
	for ((copy = 0; copy < copies; copy++)); do
		(($# > 0)) || pin=(taskset -c $((copy % $(nproc)))) # a program that launches others has all CPUs
		"${pin[@]}" "$work/loops" "$loop" "$count" "$@" <<<'' >/dev/null &
		pids+=($!)
	done
	wait "${pids[@]}"
	echo $((count * copies * 1000000000 / ($(date +%s%N) - begin)))
}
# ring RING CAUSE LOOP COUNT OPTION...: how fast, and what is lost, with more and more at a time; then, with a loader that
# is stopped, after how many there is a loss.
ring() {
	local ring=$1 cause=$2 loop=$3 count=$4 copies before program=() done=0
	shift 4
	[[ $loop != launch ]] || program=("$work/nothing")
	progress "ring buffer: $ring"
	preload -a --listen "127.0.0.1:$port"
	control "$@"
	for copies in 1 2 4 8 16; do
		before=$(lost "$cause")
		sample "$ring-rate" "$copies" 0 five 0 "$(storm "$loop" $((count / copies)) "$copies" "${program[@]}")"
		sample "$ring-lost" "$copies" 0 five 0 $(($(lost "$cause") - before))
	done
	kill -STOP "$loader"
	before=$(lost "$cause")
	while (($(lost "$cause") == before && done < 1000000)); do
		storm "$loop" "$((count / 40))" 1 "${program[@]}" >/dev/null
		done=$((done + count / 40))
	done
	kill -CONT "$loader"
	(($(lost "$cause") > before)) || note "nothing of $ring is lost while no loader takes them: that cannot be"
	sample "$ring-room" 1 0 five 0 "$done"
	finish
}
ring events event launch 10000 "${five[@]}"
ring slices slice pipe 100000 -k1 --follow -P $$ # a slice or two for each byte
conclude
