# Sourced by the benchmarks: a loader with pins of its own, and figures by state. Sets work and pins; cleans up at exit.
# shellcheck shell=bash
work=$(mktemp -d)
pins=/sys/fs/bpf/proc_image_bench_$$
loader=
tool= # a public one
tracer= # one that looks at one process alone
server= # that is measured

cleanup() {
	[ -z "$loader" ] || kill "$loader" 2>/dev/null || true
	[ -z "$loader" ] || wait "$loader" 2>/dev/null || true
	[ -z "$tool" ] || kill -INT "$tool" 2>/dev/null || true
	[ -z "$tool" ] || wait "$tool" 2>/dev/null || true
	[ -z "$tracer" ] || kill -INT "$tracer" 2>/dev/null || true
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	[ -z "$server" ] || wait "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

# await COMMAND...: until it succeeds, while the process that was started last lives; that says itself what is wrong.
await() {
	until "$@"; do
		kill -0 $! 2>/dev/null || exit 1
		sleep 0.02
	done
}

# preload OPTION...
preload() {
	: >"$work/log"
	out/proc_image --listen none "$@" --bpffs "$pins" --quiet >>"$work/log" &
	loader=$!
	await grep -q 'nothing is collected' "$work/log"
}
finish() {
	kill "$loader"
	wait "$loader" || true
	loader=
}

median() { sort -n "$work/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
lowest() { sort -n "$work/$1" | head -1; }
highest() { sort -n "$work/$1" | tail -1; }
# ratio STATE STATE: the median of the ratios within a round, since a virtual machine is not always equally fast
ratio() {
	paste "$work/$1" "$work/$2" | awk '{ print $1 / $2 }' | sort -n | awk '{ v[NR] = $1 } END { printf "%.3f", v[int((NR + 1) / 2)] }'
}
