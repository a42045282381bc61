#!/usr/bin/env bash
# What the lock image costs: a system call that is none of its own, and a wait for a lock, which two processes hand to
# each other. Beside nothing and beside the preloaded image, in interleaved rounds: while another process is imaged,
# while every process is. Prints medians in ns per operation, and the median of the ratios within a round.
# Needs root, a build and gcc.
# Usage: bench/locks.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-21}
. bench/common.sh

declare -A counts=([getppid]=200000 [futex]=10000)
states=(nothing preloaded other all)
gcc -O2 -Wall -o "$work/loops" bench/loops.c
sleep infinity &
other=$!

measure() {
	local loop
	sleep 0.3 # what has just started or ended has settled
	for loop in "${!counts[@]}"; do
		echo | "$work/loops" "$loop" "${counts[$loop]}" >>"$work/$loop-$1"
	done
}
control() { out/controller --bpffs "$pins" "$@" >/dev/null; }

for ((round = 0; round < rounds; round++)); do
	measure nothing
	preload -l
	measure preloaded
	control -l -P "$other"
	measure other
	control -d
	control -l
	measure all
	finish
done
kill "$other"

for loop in "${!counts[@]}"; do
	for state in "${states[@]}"; do
		printf '%-8s %-10s %8.0f ns  (%.0f to %.0f)  %s of nothing, %s of preloaded\n' "$loop" "$state" "$(median "$loop-$state")" \
			"$(lowest "$loop-$state")" "$(highest "$loop-$state")" "$(ratio "$loop-$state" "$loop-nothing")" "$(ratio "$loop-$state" "$loop-preloaded")"
	done
done
