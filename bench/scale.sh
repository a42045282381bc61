#!/usr/bin/env bash
# What many imaged threads cost, all of whose figures change: activation, scrape, memory of loader and kernel side.
# Then 1,000 policies.
# Activation is the run of the controller less one on the machine without these threads; both are medians.
# Needs root, a build, gcc and curl.
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
	local file=$1 begin
	shift
	begin=$(date +%s%N)
	out/controller --bpffs "$pins" "$@" >/dev/null
	echo $((($(date +%s%N) - begin) / 1000)) >>"$work/$file"
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

preload -a
for ((i = 0; i < runs; i++)); do
	activate small -rS
	deactivate
done
finish

printf '%-9s %9s %15s %12s %10s %12s\n' threads processes activation,ms scrape,ms loader,MB 'kernel,B/thread'
for shape in '1 100' '1 1000' '10 1000' '10000 1' '30 1000'; do
	read -r processes threads <<<"$shape"
	name=$((processes * threads))
	coproc "$work/sleepers" "$processes" "$threads"
	read -r -u "${COPROC[0]}" _ first
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
		"$(echo "scale=1; ($(median "activation-$name") - $(median small)) / 1000" | bc)" \
		"$(echo "scale=1; $(median "scrape-$name") / 1000" | bc)" "$(resident)" "$(median "slab-$name")"
	finish
	eval "exec ${COPROC[1]}>&-"
	wait "$COPROC_PID"
done

coproc "$work/sleepers" 1000 1
read -r -u "${COPROC[0]}" _
preload -a --linger 0 --max-series 10000000 --listen "127.0.0.1:$port"
read -ra pids <"/proc/$COPROC_PID/task/$COPROC_PID/children"
for pid in "${pids[@]}"; do
	activate policies -rS -P "$pid"
done
for ((i = 0; i < runs; i++)); do scrape scrape-policies; done
printf '1,000 policies: the last activations %s ms with the start of the program, scrape %s ms\n' \
	"$(tail -51 "$work/policies" | sort -n | awk '{ v[NR] = $1 } END { print v[26] / 1000 }')" \
	"$(echo "scale=1; $(median scrape-policies) / 1000" | bc)"
finish
eval "exec ${COPROC[1]}>&-"
wait "$COPROC_PID"
