#!/usr/bin/env bash
# A day in short: many short processes, one after the other on every CPU, while all five images of every process are taken.
# At every twentieth of them: memory of the loader, of the maps as the kernel reckons them, of the kernel as a whole; series;
# losses. What has ended must be forgotten: over the last third nothing may grow by more than 2 %.
# A sample: figure, processes so far, value.
# Needs root, a build, gcc (with a static libc), curl.
# Usage: bench/day.sh [COUNT]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
count=${1:-1000000}
. bench/common.sh
room day
gcc -O2 -Wall -pthread -o "$work/loops" bench/loops.c
gcc -O2 -Wall -o "$work/pins" bench/pins.c -lbpf
gcc -O2 -static -o "$work/nothing" -x c - <<<'int main(void) { return 0; }'
port=$(. tools/machine.sh && free_port)

observe() {
	sample loader "$1" "$(resident)"
	sample maps "$1" "$("$work/pins" "$pins" | awk '/memory/ { print $2 }')"
	sample kernel "$1" "$(kernel_memory)"
	sample series "$1" "$(curl -s "http://127.0.0.1:$port/metrics" | grep -vc '^#')"
	losses=$(lost event storage lookup lock run)
	sample lost "$1" "$losses"
	sample cpu "$1" "$(cpu_time | awk '{ sum += $2 } END { printf "%.0f", sum }')"
	sample time "$1" $(($(date +%s%N) - begin))
}

preload -a --linger 30 --listen "127.0.0.1:$port"
control -k1 -l -r -s10 -S
steps=20 cpus=$(nproc)
each=$((count / steps / cpus))
begin=$(date +%s%N)
observe 0
for ((step = 1; step <= steps; step++)); do
	pids=()
	for ((cpu = 0; cpu < cpus; cpu++)); do
		"$work/loops" launch "$each" "$work/nothing" <<<'' >>"$work/rates" &
		pids+=($!)
	done
	wait "${pids[@]}"
	so_far=$((each * cpus * step))
	observe "$so_far"
	progress "$so_far of $count, loader $(($(resident) / 1000000)) MB"
done
exits=$(curl -s "http://127.0.0.1:$port/metrics" | awk '/^proc_image_.*exits_total/ { sum += $NF } END { printf "%.0f", sum }')
sample exits "$so_far" "$exits"
finish
conclude
