#!/usr/bin/env bash
# What a scrape takes while so many threads are imaged: ms as the loader counts them for the collector 'portraits', its
# resident memory, and the kernel memory of its maps. Every figure changes between two scrapes. Needs root, a build,
# gcc, curl. PROC_IMAGE_OUT names another build.
# Usage: bench/scrape.sh [PROCESSES [THREADS [SCRAPES]]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
processes=${1:-10000} threads=${2:-1} scrapes=${3:-11}
out=${PROC_IMAGE_OUT:-out}
work=$(mktemp -d)
pins=/sys/fs/bpf/proc_image_bench_scrape
socket=$work/socket
loader=

cleanup() {
	[ -z "$loader" ] || kill "$loader" 2>/dev/null || true
	[ -z "$loader" ] || wait "$loader" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

gcc -O2 -Wall -pthread -o "$work/sleepers" bench/sleepers.c
coproc "$work/sleepers" "$processes" "$threads"
read -r -u "${COPROC[0]}" _
"$out/proc_image" -a --listen "unix:$socket" --bpffs "$pins" --quiet >"$work/log" &
loader=$!
until grep -q listening "$work/log"; do sleep 0.02; done
"$out/controller" --bpffs "$pins" -rS

scrape() { curl -s --unix-socket "$socket" http://localhost/metrics; }
scrape >/dev/null
scrape >/dev/null
for ((i = 0; i < scrapes; i++)); do
	sleep 1.1
	scrape | sed -n 's/.*duration_seconds{collector="portraits"} //p' >>"$work/seconds"
done

sort -g "$work/seconds" | awk '{ v[NR] = $1 * 1000 }
	END { printf "scrape: median %.1f ms, lowest %.1f, highest %.1f\n", v[int((NR + 1) / 2)], v[1], v[NR] }'
awk '/VmRSS|VmHWM/ { printf "loader: %s %d MB\n", $1, $2 / 1024 }' "/proc/$loader/status"
for map in shown exits; do
	[ -e "$pins/$map" ] || continue
	bpftool map show pinned "$pins/$map" | grep -o 'max_entries.*' | sed "s/^/$map: /"
done
