#!/usr/bin/env bash
# How long it takes from a command to the first collected event, idle, and with 16 hogs and a fork storm beside. The target
# (bench/calls.c) makes one system call after the other and notes when each came back. Of a tool that counts them we learn how
# many it has met when the target stops, of a tool that prints them which was the first: so the target's own clock says when
# collecting began, the same way for all of them, and also what is late because the target was not on a CPU counts.
#   controller        preloaded: from the start of the command; and from its write, whose time stands in the pinned policy
#   standby           the same with a loader that has attached nothing
#   cold              proc_image --syscall, and controller when that says that it is ready
#   cold-all          the same with every image
#   bpftrace, perf-trace, strace    a public tool
# A sample: load, tool, moment (start or write), run, ns.
# Needs root, a build, gcc, curl, python3; of the tools those that there are.
# Usage: bench/activation.sh [RUNS [TOOLS [LOADS]]]   RUNS of controller and standby; of the others a fifth
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs=${1:-101}
read -ra tools <<<"${2:-controller standby cold cold-all bpftrace perf-trace strace}"
read -ra loads <<<"${3:-idle beside}"
. bench/common.sh
room activation
gcc -O2 -Wall -o "$work/calls" bench/calls.c
gcc -O2 -Wall -o "$work/pins" bench/pins.c -lbpf
socket=$work/socket

# A target, and the two ends of it: say, hear.
begin_target() {
	local word
	coproc TARGET { exec "$work/calls" 2>>"$work/calls.log"; }
	target=$TARGET_PID
	exec {hear}<&"${TARGET[0]}" {say}>&"${TARGET[1]}"
	read -r -u "$hear" word && [[ $word == ready ]]
}
end_target() {
	exec {hear}<&- {say}>&-
	wait "$target" 2>/dev/null || true
}
# Sets made: how many calls there were.
stop_target() {
	kill -USR1 "$target"
	read -r -u "$hear" made
}
# In ns of CLOCK_BOOTTIME. bash has the time of day without another program, in us.
now() { echo "${EPOCHREALTIME/[.,]/}000"; }
# came CALL: sets came, and ahead, by which the time of day is ahead of it.
came() {
	echo "$1" >&"$say"
	read -r -u "$hear" came ahead
}

# The calls of the target that were counted, out of its portrait.
counted() {
	curl -s --unix-socket "$socket" http://localhost/api/v1/processes >"$work/all"
	local id
	id=$(python3 -c 'import json, sys
for life in json.load(open(sys.argv[1]))["processes"]:
    if life["tgid"] == int(sys.argv[2]): print(f"{life[\"tgid\"]}-{life[\"start_id\"]}")' "$work/all" "$target")
	curl -s --unix-socket "$socket" "http://localhost/api/v1/processes/$id" |
		python3 -c 'import json, sys
print(next(call["count"] for call in json.load(sys.stdin)["syscall"]["by_call"] if call["name"] == "close"))'
}
# ours TOOL RUN: the policy stands; the command began at $begun.
ours() {
	local count first written
	stop_target
	count=$(counted)
	first=$((made - count))
	# Nothing was collected before the first call of all, or more than there was.
	((count > 0 && first > 0)) || { note "$1: $count of $made calls were counted" && return; }
	came "$first"
	sample "$load" "$1" start "$2" $((came + ahead - begun))
	written=$("$work/pins" "$pins" | awk '/written/ { print $2 }')
	case $1 in controller | standby) sample "$load" "$1" write "$2" $((came - written)) ;; esac
}
# theirs TOOL RUN COMMAND...: it writes the first call that it sees to $work/seen.
theirs() {
	local tool_name=$1 run=$2 first
	shift 2
	: >"$work/seen"
	begun=$(now)
	"$@" >"$work/tool.log" 2>&1 &
	tool=$!
	if ! within 120 has_seen; then
		note "$tool_name saw nothing within 120 s ($load): $(head -c 200 "$work/tool.log" | tr '\n\t' '  ')"
	else
		stop_target
		first=$(first_seen)
		came $((first - 1000000))
		sample "$load" "$tool_name" start "$run" $((came + ahead - begun))
	fi
	end INT "$tool"
	tool=
}
first_seen() { grep -aom 1 '1[0-9]\{6,\}' "$work/seen"; }
has_seen() { [[ $(wc -l <"$work/seen") -gt 1 ]] && first_seen >/dev/null; }

# once TOOL RUN
once() {
	begin_target
	case $1 in
	controller | standby)
		begun=$(now)
		control -s10 -P "$target"
		ours "$1" "$2"
		control -d
		;;
	cold | cold-all)
		image=--syscall
		[[ $1 == cold ]] || image=--all
		begun=$(now)
		preload "$image" --listen "unix:$socket"
		control -s10 -P "$target"
		ours "$1" "$2"
		finish
		;;
	strace) theirs strace "$2" strace -e trace=close -o "$work/seen" -p "$target" ;;
	perf-trace) theirs perf-trace "$2" perf trace -e close -o "$work/seen" -p "$target" ;;
	bpftrace) theirs bpftrace "$2" bpftrace -o "$work/seen" \
		-e "tracepoint:syscalls:sys_enter_close /pid == $target/ { printf(\"%d\\n\", args->fd); }" ;;
	esac
	end_target
}

for load in "${loads[@]}"; do
	[[ $load == idle ]] || hog 16 --fork 1
	for tool_name in "${tools[@]}"; do
		times=$(((runs + 4) / 5))
		case $tool_name in
		controller) times=$runs && preload -a --listen "unix:$socket" ;;
		standby) times=$runs && preload -a --standby --listen "unix:$socket" ;;
		cold*) ;;
		*) command -v "${tool_name%-*}" >/dev/null || { note "$tool_name is missing" && continue; } ;;
		esac
		progress "$load: $tool_name, $times runs"
		for ((run = 0; run < times; run++)); do once "$tool_name" "$run"; done
		finish
	done
	[[ $load == idle ]] || unhog
done
conclude
