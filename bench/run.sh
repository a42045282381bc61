#!/usr/bin/env bash
# Everything that is measured, in one go: prints the tables, and writes docs/benchmarks.md and docs/benchmarks.json.
# The rooms, each a script of its own beside this one:
#   budgets      what has a budget, in ROUNDS rounds (overhead.sh)
#   workloads    every state and workload, in a fifth of the rounds (overhead.sh)
#   beside       the same with twice as many hogs as CPUs, in a twelfth of the rounds (overhead.sh)
#   again        what of these two costs more than a public tool for no known reason: some states alone, in half or a quarter of ROUNDS
#   activation   from a command to the first collected event, in 2 * ROUNDS - 1 runs
#   scale        up to 30,000 threads; the ring buffers; in a seventeenth of the rounds
#   day          1,000,000 short processes; fewer with fewer than 51 rounds
# Installs nothing. What is missing is named, and its rows stay empty. Needs root, a build, and what 'needs' below has.
# Usage: bench/run.sh [ROUNDS] [--only ROOM...] [--results DIR] [--into DIR]
#   ROUNDS: 51 unless given; about two hours. 1 is for a try of half an hour
#   --only: the others stand as they were last measured
#   --results: where the samples are, out/bench. --into: where the report goes, docs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/machine.sh
rounds=51 into=docs status=0 only=() all=(budgets workloads beside again activation scale day)
BENCH_RESULTS=out/bench
while (($#)); do
	case $1 in
	--only) while [[ ${2:-} && ${2:-} != --* ]]; do only+=("$2") && shift; done ;;
	--results) BENCH_RESULTS=$2 && shift ;;
	--into) into=$2 && shift ;;
	[1-9]*) rounds=$1 ;;
	*) fail "usage: bench/run.sh [ROUNDS] [--only ROOM...] [--results DIR] [--into DIR]" ;;
	esac
	shift
done
((${#only[@]})) || only=("${all[@]}")
for room in "${only[@]}"; do [[ " ${all[*]} " == *" $room "* ]] || fail "there is no room $room; there are: ${all[*]}"; done
export BENCH_RESULTS
((EUID == 0)) || fail "loading programs into the kernel takes root; run it as root"
[[ -x out/proc_image && -x out/controller ]] || fail "there is no build; run ./build.sh"
require gcc=gcc clang=clang python3=python3 curl=curl strace=strace stress-ng=stress-ng setpriv=util-linux \
	/usr/include/bpf/bpf.h=libbpf-dev
if [[ $(stat -f -c %T /sys/fs/bpf) != bpf_fs ]]; then mount -t bpf bpf /sys/fs/bpf; fi
# Of bpftrace and perf some programs find no events where tracefs is not mounted.
if [[ ! -e /sys/kernel/tracing/events ]]; then mount -t tracefs tracefs /sys/kernel/tracing; fi
mkdir -p "$BENCH_RESULTS" "$into"

# The machine, and of what version each peer is.
peers=(strace=strace perf=linux-perf bpftrace=bpftrace runqlat=libbpf-tools redis-benchmark=redis-tools
	/usr/lib/postgresql=postgresql make=make gcc=gcc stress-ng=stress-ng)
version_of() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || echo 'of another source'; }
machine() {
	local peer
	printf '%s\t%s\n' kernel "$(uname -srm)" system "$(. /etc/os-release && echo "$PRETTY_NAME")" \
		cpu "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" cpus "$(nproc)" \
		hypervisor "$(systemd-detect-virt --vm 2>/dev/null || true)" \
		memory "$(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
	for peer in "${peers[@]}"; do
		if [[ $(missing_packages "$peer") ]]; then
			printf 'missing\t%s\n' "${peer#*=}"
		else
			printf 'with %s\t%s\n' "${peer#*=}" "$(version_of "${peer#*=}")"
		fi
	done
}
machine >"$BENCH_RESULTS/machine.tsv"
grep '^missing' "$BENCH_RESULTS/machine.tsv" >&2 || true

share() { echo $(((rounds + $1 - 1) / $1)); }
# What a budget is about, and what a lock may not cost others.
budget_states="nothing empty preloaded lock-other lock-ended resource-all schedule-all keytime=1-all lock=contention-all
	syscall=10-target syscall=10-all five-all standby runqlat syscount"
# again LOAD ROUNDS [--beside]
again() {
	local found pairs=()
	found=$(python3 bench/report.py "$BENCH_RESULTS" --unexplained "$1") || return
	rm -f "$BENCH_RESULTS/again-$1.tsv"
	[[ -z $found ]] || mapfile -t pairs <<<"$found"
	((${#pairs[@]} == 0)) || bench/overhead.sh ${3:+"$3"} --room "again-$1" "$2" "${pairs[@]}"
}
for room in "${only[@]}"; do
	began=$SECONDS
	say "$room"
	case $room in
	budgets) bench/overhead.sh --room budgets "$rounds" "${budget_states//$'\n'/ }" "getppid pipe yield fork mutex" ;;
	workloads) bench/overhead.sh --room workloads "$(share 5)" ;;
	beside) bench/overhead.sh --beside --room beside "$(share 12)" ;;
	again) again idle "$(share 2)" && again beside "$(share 4)" --beside ;;
	activation) bench/activation.sh $((2 * rounds - 1)) ;;
	scale) bench/scale.sh "$(share 17)" ;;
	day) bench/day.sh $((rounds < 51 ? 20000 * rounds : 1000000)) ;;
	esac || { say "$room has failed; what it has measured is in the report" && status=1; }
	say "$room took $(((SECONDS - began + 59) / 60)) minutes"
done
python3 bench/report.py "$BENCH_RESULTS" --into "$into"
exit "$status"
