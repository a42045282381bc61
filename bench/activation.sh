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
# With load, commands, loader and target have the usual priority, and only this script and the reading of figures a higher one.
# A sample: load, tool, moment (start or write), run, ns.
# Needs root, a build, gcc, python3; of the tools those that there are.
# Usage: bench/activation.sh [RUNS [TOOLS [LOADS]]]   RUNS of controller and, idle, of standby; of the others a fifth, and with load a tenth, or less
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
target=
leave() { end TERM "$target"; }
begin_target() {
	local word
	coproc TARGET { exec nice -n "$precedence" "$work/calls" 2>>"$work/calls.log"; }
	target=$TARGET_PID
	exec {hear}<&"${TARGET[0]}" {say}>&"${TARGET[1]}"
	eval "exec ${TARGET[0]}<&- ${TARGET[1]}>&-"
	read -r -u "$hear" word && [[ $word == ready ]]
}
end_target() {
	exec {hear}<&- {say}>&-
	end TERM "$target" # others may have inherited the end that it reads from
	target=
}
# Sets made: how many calls there were.
stop_target() {
	kill -USR1 "$target"
	read -r -t 60 -u "$hear" made
}
# In ns of CLOCK_BOOTTIME. bash has the time of day without another program, in us.
now() { echo "${EPOCHREALTIME/[.,]/}000"; }
# came CALL: sets came, and ahead, by which the time of day is ahead of it.
came() {
	echo "$1" >&"$say"
	read -r -t 60 -u "$hear" came ahead
}

# The calls of the target that were counted, out of its portrait.
counted() {
	python3 - "$socket" "$target" <<-'END'
		import http.client, json, socket, sys

		def ask(path):
		    connection = http.client.HTTPConnection("localhost")
		    connection.sock = socket.socket(socket.AF_UNIX)
		    connection.sock.connect(sys.argv[1])
		    connection.request("GET", "/api/v1/processes" + path)
		    return json.load(connection.getresponse())

		# One that had the same pid may be shown still.
		lives = [life for life in ask("")["processes"] if life["tgid"] == int(sys.argv[2])]
		latest = max(lives, key=lambda life: int(life["start_id"]))
		calls = ask(f"/{latest['tgid']}-{latest['start_id']}")["syscall"]["by_call"]
		print(next((call["count"] for call in calls if call["name"] == "close"), 0))
	END
}
# ours TOOL RUN: the policy stands; the command began at $begun.
ours() {
	local count first written
	sleep 0.5 # it has been on a CPU since
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
# theirs TOOL RUN COMMAND...: it prints the calls that it sees.
theirs() {
	local tool_name=$1 run=$2 first
	shift 2
	: >"$work/seen"
	begun=$(now)
	nice -n "$precedence" "$@" >"$work/seen" 2>&1 &
	tool=$!
	if ! within 60 sees; then
		note "$tool_name saw nothing within 60 s ($load): $(head -c 200 "$work/seen" | tr '\n\t' '  ')"
	else
		stop_target
		came $((first - 1000000000))
		sample "$load" "$tool_name" start "$run" $((came + ahead - begun))
	fi
	end INT "$tool"
	tool=
}
sees() { first=$(first_seen); }
first_seen() { grep -aom 1 '1[0-9]\{9\}' "$work/seen"; }

# once TOOL RUN
once() {
	begin_target
	case $1 in
	controller | standby)
		begun=$(now)
		usual out/controller --bpffs "$pins" -s10 -P "$target" >/dev/null
		ours "$1" "$2"
		control -d
		;;
	cold | cold-all)
		image=--syscall
		[[ $1 == cold ]] || image=--all
		begun=$(now)
		preload "$image" --listen "unix:$socket"
		usual out/controller --bpffs "$pins" -s10 -P "$target" >/dev/null
		ours "$1" "$2"
		finish
		;;
	strace) theirs strace "$2" strace -e trace=close -p "$target" ;;
	perf-trace) theirs perf-trace "$2" perf trace -e close -p "$target" ;;
	bpftrace) theirs bpftrace "$2" bpftrace -B line \
		-e "tracepoint:syscalls:sys_enter_close /pid == $target/ { printf(\"%d\\n\", args->fd); }" ;;
	esac
	end_target
}

for load in "${loads[@]}"; do
	for tool_name in "${tools[@]}"; do
		times=$(((runs + 4) / 5))
		[[ $load == idle ]] || times=$(((runs + 9) / 10))
		case $tool_name in
		controller) times=$runs && preload -a --listen "unix:$socket" ;;
		standby)
			[[ $load != idle ]] || times=$runs
			preload -a --standby --listen "unix:$socket"
			;;
		cold*) [[ $load == idle ]] || times=$(((runs + 19) / 20)) ;; # each takes a minute then
		*) command -v "${tool_name%-*}" >/dev/null || { note "$tool_name is missing" && continue; } ;;
		esac
		[[ $load == idle ]] || hog 16 --fork 1 # now: with them preloading takes a minute
		progress "$load: $tool_name, $times runs"
		for ((run = 0; run < times; run++)); do once "$tool_name" "$run"; done
		[[ $load == idle ]] || unhog
		finish
	done
done
conclude
