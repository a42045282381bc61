#!/usr/bin/env bash
# What many imaged threads cost, all of whose figures change: activation, scrape, memory of loader and kernel side.
# Then 1,000 policies.
# Activation is the read(2) of the iterator that does it, as strace sees it: from the policy to the last thread imaged.
# Medians. Needs root, a build, gcc, curl and strace.
# Usage: bench/scale.sh [RUNS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs=${1:-11}
. bench/common.sh
gcc -O2 -Wall -pthread -o "$work/sleepers" bench/sleepers.c

port=$((20000 + $$ % 10000))
metrics=http://127.0.0.1:$port/metrics

# activate FILE OPTION...: how long it takes, in us.
activate() {
	local file=$1
	shift
	strace -f -qq -T -e trace=read -o "$work/trace" out/controller --bpffs "$pins" "$@" >/dev/null
	awk -F '[<>]' '$(NF - 1) > longest { longest = $(NF - 1) } END { printf "%.0f\n", longest * 1000000 }' "$work/trace" >>"$work/$file"
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
scrape() {
	curl -s -o "$work/body" -w '%{time_total}\n' "$metrics" | awk '{ printf "%.0f\n", $1 * 1000000 }' >>"$work/$1"
}
resident() { awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$loader/status"; }
slab() { awk '/^(Slab|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo; }
deactivate() {
	out/controller --bpffs "$pins" -d >/dev/null
	sleep 0.2
}

printf '%-9s %9s %15s %12s %10s %12s\n' threads processes activation,ms scrape,ms loader,MB 'kernel,B/thread'
for shape in '1 100' '1 1000' '10 1000' '10000 1' '30 1000'; do
	read -r processes threads <<<"$shape"
	name=$((processes * threads))
	sleep_in "$processes" "$threads"
	preload -a --linger 0 --max-series 10000000 --listen "127.0.0.1:$port"
	target=()
	((processes > 1)) || target=(-P "$first")
	for ((i = 0; i < runs; i++)); do
		before=$(slab)
		activate "activation-$name" -rS "${target[@]}"
		after=$(slab)
		scrape "scrape-$name"
		echo $(((after - before) * 1024 / name)) >>"$work/slab-$name"
		deactivate
	done
	printf '%-9s %9s %15s %12s %10s %12s\n' "$name" "$processes" \
		"$(echo "scale=2; $(median "activation-$name") / 1000" | bc)" \
		"$(echo "scale=1; $(median "scrape-$name") / 1000" | bc)" "$(resident)" "$(median "slab-$name")"
	finish
	wake_up
done

sleep_in 1000 1
preload -a --linger 0 --max-series 10000000 --listen "127.0.0.1:$port"
read -ra pids <"/proc/$sleepers/task/$sleepers/children" || true # no line end
for pid in "${pids[@]}"; do
	out/controller --bpffs "$pins" -rS -P "$pid" >/dev/null
done
for ((i = 0; i < runs; i++)); do scrape scrape-policies; done
for ((i = 0; i < runs; i++)); do activate policies -rS -P "${pids[0]}"; done
printf '1,000 policies: one more activation %s ms, scrape %s ms\n' \
	"$(echo "scale=2; $(median policies) / 1000" | bc)" "$(echo "scale=1; $(median scrape-policies) / 1000" | bc)"
finish
wake_up
