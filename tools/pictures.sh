#!/usr/bin/env bash
# Takes the pictures of docs/images anew. Those of the page, page.png, life.png and locks.png: a proc_image images a small
# workload.
# Those of the dashboards, DASHBOARD-ROW.png: a Prometheus scrapes it, and Grafana's own components draw the shipped JSON
# in a headless Chromium. Takes five minutes and, at the first time, half a gigabyte of packages in out/pictures.
# Argument: light (default) or dark.
# Pins, ports and directories of its own; stops what it has started.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/machine.sh

theme=${1:-light}
seconds=180
packages=out/pictures
pins=/sys/fs/bpf/proc_image_pictures
work=$(mktemp -d "${TMPDIR:-/tmp}/proc_image_pictures.XXXXXX")
started=()

cleanup() {
	trap - EXIT INT TERM
	# The last first: a shell that starts programs before them.
	local at
	for ((at = ${#started[@]} - 1; at >= 0; at--)); do
		kill "${started[at]}" 2>/dev/null || true
	done
	[[ ! -e $pins ]] || out/controller -f --bpffs "$pins" >/dev/null 2>&1 || true
	wait
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start NAME COMMAND...: in the background, with its output in a file. Sets pid.
start() {
	local name=$1
	shift
	"$@" >"$work/$name.log" 2>&1 &
	pid=$!
	started+=("$pid")
}

prepare() {
	((EUID == 0)) || fail "loading programs into the kernel takes root"
	require chromium=chromium curl=curl gcc=gcc node=nodejs npm=npm pgrep=procps pngquant=pngquant prometheus=prometheus \
		redis-benchmark=redis-tools redis-cli=redis-tools redis-server=redis-server stress-ng=stress-ng
	[[ ! -e $pins ]] || fail "$pins is in use; if no other pictures.sh runs: sudo out/controller -f --bpffs $pins"
	if [[ ! -x out/proc_image || ! -x out/controller || -n $(find bpf src Directory.* global.json -newer out/controller \
		-type f -print -quit) ]]; then
		./build.sh
	fi
	if ! cmp --silent tools/pictures/package-lock.json "$packages/installed"; then
		mkdir -p "$packages"
		cp tools/pictures/package.json tools/pictures/package-lock.json "$packages"
		# esbuild comes as a program beside its package; no script is needed.
		npm ci --prefix "$packages" --no-audit --no-fund --ignore-scripts --loglevel=error
		cp tools/pictures/package-lock.json "$packages/installed"
	fi
}

# What is imaged: a Redis that keeps a log on storage, a program that computes, a shell whose programs come and go, and two
# programs whose threads wait for each other.
workload() {
	redis=$(free_port)
	start redis redis-server --port "$redis" --bind 127.0.0.1 --dir "$work" --save '' --appendonly yes \
		--auto-aof-rewrite-min-size 512mb
	redis_pid=$pid
	start stress stress-ng --cpu 1 --timeout 0
	stress_pid=$pid
	wait_for "redis-server" redis-cli -p "$redis" ping
	wait_for "stress-ng" pgrep --parent "$stress_pid"
	# shellcheck disable=SC2016 # Expanded by the shell that is started.
	start rounds bash -c '
		trap "kill %% 2>/dev/null; exit" TERM
		while :; do
			redis-benchmark -p "$1" -t set,get -c 10 -n 200000 -d 128 -r 20000 -q & wait
			dd if=/dev/zero of="$2/zeroes" bs=256k count=2000 oflag=direct & wait
			dd if="$2/zeroes" of=/dev/null bs=256k iflag=direct & wait
			timeout --signal=KILL 2 sleep 9 & wait
		done' rounds "$redis" "$work"
	rounds_pid=$pid
	for name in contends deadlocks; do
		gcc -O1 -fno-omit-frame-pointer -pthread -o "$work/$name" "tests/workloads/$name.c"
		mkfifo "$work/$name.in"
	done
	# Open for both, so that nobody waits for the other end, and no input ends.
	exec 8<>"$work/contends.in" 9<>"$work/deadlocks.in"
	# What a shell starts in the background has no input but one that it opens itself.
	# shellcheck disable=SC2016 # Likewise.
	local read_from='exec <"$1"; shift; exec "$@"'
	start contends bash -c "$read_from" sh "$work/contends.in" "$work/contends"
	contends_pid=$pid
	start deadlocks bash -c "$read_from" sh "$work/deadlocks.in" "$work/deadlocks" broken
	deadlocks_pid=$pid
}

image() {
	out/controller --bpffs "$pins" "$@" >/dev/null
}

prepare
exporter=127.0.0.1:$(free_port)
start proc_image out/proc_image --all --quiet --bpffs "$pins" --listen "$exporter"
wait_for "proc_image" curl --silent --fail "http://$exporter/-/ready"

cat >"$work/prometheus.yml" <<EOF
global: { scrape_interval: 5s }
scrape_configs:
  - job_name: proc_image
    static_configs: [{ targets: ["$exporter"] }]
EOF
prometheus=127.0.0.1:$(free_port)
start prometheus prometheus --config.file "$work/prometheus.yml" --storage.tsdb.path "$work/tsdb" \
	--web.listen-address "$prometheus" --log.level=warn
wait_for "prometheus" curl --silent --fail "http://$prometheus/-/ready"

workload
image -P "$redis_pid" -k1 -rS -s20
image -P "$(pgrep --parent "$stress_pid" | head -1)" -k1 -rS -s20
image -P "$rounds_pid" -k1 -rS -s20 --follow
image -P "$contends_pid" -k1 -rSl -s20
image -P "$deadlocks_pid" -k1 -rSl
image -p "$redis_pid" -rS
image -p 0 -c 0 -r
image -p 0 -c 1 -r
from=$(date +%s%3N)
say "the workload runs for $seconds s"
sleep "$((seconds / 2))"
echo 'go: a deadlock' >&9
sleep "$((seconds / 4))"
echo 'enough' >&9
sleep "$((seconds / 4))"
to=$(date +%s%3N)

node tools/pictures/page.mjs --packages "$packages" --exporter "http://$exporter" --process "$redis_pid" \
	--locks "$deadlocks_pid" --theme "$theme" --into "$work"

say "drawing"
# What is drawn is in Prometheus by now, and drawing wants the CPUs.
kill "$rounds_pid" "$stress_pid" "$redis_pid" "$contends_pid" "$deadlocks_pid"
node tools/pictures/take.mjs --packages "$packages" --prometheus "http://$prometheus" --from "$from" --to "$to" \
	--process redis-server --locks contends --theme "$theme" --into "$work"
# Few colours: a third of the size, and nothing to be seen of it.
pngquant --ext .png --force --quality 80-100 --strip "$work"/*.png
rm -f docs/images/*.png
mv "$work"/*.png docs/images
