#!/usr/bin/env bash
# What the schedule image costs a context switch: ns per pipe round trip (two switches) in interleaved rounds of nothing,
# an empty program on sched_switch, preloaded, one other process imaged, and all. Prints median, lowest and highest, and
# the median's ratio to nothing and to the empty program. Needs root, a build, clang and gcc.
# Usage: bench/switch.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-51}
. bench/common.sh

gcc -O2 -Wall -o "$work/pipe" bench/pipe.c
gcc -O2 -Wall -o "$work/attach" bench/attach.c -lbpf
clang -O2 -g -target bpf -D__TARGET_ARCH_"$(uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')" \
	-c bench/empty.bpf.c -o "$work/empty.o"

measure() { "$work/pipe" 5000 >>"$work/$1"; }

for ((i = 0; i < rounds; i++)); do
	measure nothing
	coproc "$work/attach" "$work/empty.o"
	read -r -u "${COPROC[0]}" _
	measure empty
	eval "exec ${COPROC[1]}>&-"
	wait "$COPROC_PID"
	preload -S
	measure preloaded
	out/controller --bpffs "$pins" -P $$ -S >/dev/null
	measure one
	out/controller --bpffs "$pins" -S >/dev/null
	measure all
	finish
done

printf '%-10s %9s %9s %9s %11s %9s\n' state median lowest highest to-nothing to-empty
for state in nothing empty preloaded one all; do
	printf '%-10s %9s %9s %9s %11.3f %9.3f\n' "$state" "$(median $state)" "$(lowest $state)" "$(highest $state)" \
		"$(ratio $state nothing)" "$(ratio $state empty)"
done
