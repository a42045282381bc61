#!/usr/bin/env bash
# What standby costs: nothing should be attached. A getppid loop and a pipe ping-pong, in interleaved rounds with nothing
# loaded and with a loader in standby, which of the two comes first in turn; then how long an activation takes that
# attaches. Needs root, a build and gcc.
# Usage: bench/standby.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-51}
. bench/common.sh

for program in pipe getppid; do
	gcc -O2 -Wall -o "$work/$program" "bench/$program.c"
done

measure() {
	sleep 0.3 # what has just started or ended has settled
	"$work/pipe" 5000 >>"$work/pipe-$1"
	"$work/getppid" 300000 >>"$work/getppid-$1"
}
measure_standby() {
	preload -a --standby
	measure standby
	for image in r S; do
		begin=$(date +%s%N)
		out/controller --bpffs "$pins" -P $$ -$image >/dev/null
		echo $((($(date +%s%N) - begin) / 1000)) >>"$work/activation-$image"
	done
	finish
}

for ((i = 0; i < rounds; i++)); do
	if ((i % 2)); then
		measure nothing
		measure_standby
	else
		measure_standby
		measure nothing
	fi
done

printf '%-18s %9s %9s %9s %11s\n' 'ns' median lowest highest to-nothing
for loop in getppid pipe; do
	for state in nothing standby; do
		printf '%-18s %9s %9s %9s %11.4f\n' "$loop, $state" "$(median $loop-$state)" "$(lowest $loop-$state)" \
			"$(highest $loop-$state)" "$(ratio $loop-$state $loop-nothing)"
	done
done
for image in r S; do
	printf 'controller -%s, attaching: %s us (%s to %s), with the start of the program\n' "$image" \
		"$(median activation-$image)" "$(lowest activation-$image)" "$(highest activation-$image)"
done
