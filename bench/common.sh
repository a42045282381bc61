# Sourced by the rooms of the benchmark: a loader with pins of its own, load beside, samples. Sets work, pins, results;
# cleans up at exit.
# shellcheck shell=bash
work=$(mktemp -d)
pins=/sys/fs/bpf/proc_image_bench_$$
results=${BENCH_RESULTS:-out/bench}
mkdir -p "$results"
loader=
tool=    # a public one
tracer=  # one that looks at one process alone
hogs=    # stress-ng
# With load beside, what is no part of a measurement has a higher priority, so that a run takes seconds and not a minute.
precedence=0
others=() # whatever else runs

# end SIGNAL PID: and wait for it, if there is one. bpftrace may miss one beside hogs.
end() {
	[[ $2 ]] || return 0
	while kill "-$1" "$2" 2>/dev/null && ! within 10 has_ended "$2"; do :; done
	wait "$2" 2>/dev/null || true
}
has_ended() { [[ ! -e /proc/$1 ]] || grep -qs '^State:.Z' "/proc/$1/status"; }
cleanup() {
	local other
	end TERM "$loader"
	end INT "$tool"
	end INT "$tracer"
	end TERM "$hogs"
	for other in "${others[@]}"; do end TERM "$other"; done
	# shellcheck source=/dev/null
	! declare -F leave >/dev/null || leave # of the room
	rm -rf "$work"
}
trap cleanup EXIT

progress() { printf '%s %s: %s\n' "$(date +%H:%M:%S)" "$(basename "$0" .sh)" "$*" >&2; }

# await COMMAND...: until it succeeds, while the process that was started last lives; that says itself what is wrong.
await() {
	until "$@"; do
		kill -0 $! 2>/dev/null || exit 1
		sleep 0.02
	done
}
# within SECONDS COMMAND...: until it succeeds.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.02
	done
}

# Samples of a room: a line each, in a file that the report reads. room NAME begins it anew, with what was measured and when.
room() {
	: >"${samples:=$results/$1.tsv}"
	sample begun "$(date -u +%Y-%m-%dT%H:%MZ)" "$(commit)" "$(cut -d ' ' -f 1-3 /proc/loadavg)" "$(uname -r)"
}

# What is measured; the reports of the rooms before change nothing of it.
commit() {
	local hash changed=''
	hash=$(git rev-parse --short HEAD 2>/dev/null) || hash=none
	git diff --quiet HEAD -- . ':!docs/benchmarks.*' 2>/dev/null || changed=-changed
	echo "$hash$changed"
}

sample() { (IFS=$'\t' && printf '%s\n' "$*") >>"$samples"; }
# note TEXT: what the reader of the report should know, such as a row that is not there.
note() {
	progress "$*"
	sample note "$*"
}
# Where the room was called alone, its table.
conclude() { [[ ${BENCH_RESULTS:-} ]] || python3 bench/report.py "$results" "$(basename "$samples" .tsv)"; }

# usual COMMAND...: with the priority that everybody has, whatever ours is.
usual() { nice -n "$precedence" "$@"; }

# preload OPTION...; without --listen there is no server.
preload() {
	: >"$work/log"
	nice -n "$precedence" out/proc_image --listen none "$@" --bpffs "$pins" --quiet >>"$work/log" &
	loader=$!
	await grep -q 'nothing is collected' "$work/log"
}
finish() {
	end TERM "$loader"
	loader=
}
control() { out/controller --bpffs "$pins" "$@" >/dev/null; }

# lost CAUSE...: how much of these, together; nothing where the controller does not say.
lost() {
	out/controller --bpffs "$pins" --status --json | grep -oE "\"($(IFS='|' && echo "$*"))\": *[0-9]+" |
		awk -F : '{ sum += $2 } END { if (NR) print sum }'
}

# hog COUNT [OPTION...]: that many programs that only compute.
hog() {
	[[ -z $hogs ]] || return 0
	stress-ng --quiet --cpu "$@" &
	hogs=$!
	sleep 1
	precedence=15
	renice -n -15 $$ >/dev/null
}
unhog() {
	[[ $hogs ]] || return 0
	end TERM "$hogs"
	hogs=
	precedence=0
	renice -n 0 $$ >/dev/null
}

# Whether a tool has attached all that it attaches: it has descriptors of events or links, and no more of them come.
has_attached() {
	local before
	before=$(attachments "$1")
	((before > 0)) || return 1
	sleep 0.3
	((before == $(attachments "$1")))
}
attachments() { find "/proc/$1/fd" -lname '*perf_event*' -o -lname '*bpf_link*' -o -lname '*raw-tracepoint*' 2>/dev/null | wc -l; }
is_traced() { grep -q '^TracerPid:.*[1-9]' "/proc/$1/status" 2>/dev/null; }

resident() { awk '/VmRSS/ { print $2 * 1024 }' "/proc/$loader/status"; }
# Of the whole machine: what the storage of tasks and the maps are made of.
kernel_memory() { awk '/^(Slab|Percpu):/ { sum += $2 } END { print sum * 1024 }' /proc/meminfo; }
# What each thread of the loader has: ns on a CPU; how often it has slept, its own ones and those of .NET and its server.
cpu_time() { awk '{ print FILENAME, $1 }' "/proc/$loader/task/"*/schedstat 2>/dev/null || true; }
naps_of() { awk -v own="$1" '/^Name/ { is = $2 !~ /^(\.NET|Kestrel)/ } /^voluntary/ && is == own { print FILENAME, $2 }' \
	"/proc/$loader/task/"*/status 2>/dev/null || true; }
naps_own() { naps_of 1; }
naps_runtime() { naps_of 0; }
# a_second WHAT SECONDS: how much more of it there is in each of them. A thread that ends meanwhile takes its own with it.
a_second() {
	"$1" >"$work/before"
	sleep "$2"
	"$1" | awk -v seconds="$2" 'NR == FNR { before[$1] = $2; next } { more += $2 - before[$1] }
		END { printf "%.2f\n", more / seconds }' "$work/before" -
}
