#!/usr/bin/env bash
# The main job on a fresh machine: installs what is missing (on a terminal it asks first), builds, preloads,
# images a sample process, prints its portrait beside what the kernel says in /proc, and takes everything down.
# Ends with a status other than 0 if a figure differs. Pins and port of its own: it disturbs no loader in service.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. tools/machine.sh

pins=/sys/fs/bpf/proc_image_demo
work=$(mktemp -d "${TMPDIR:-/tmp}/proc_image_demo.XXXXXX")
as_root=()
loader='' sample='' pid=''

cleanup() {
	trap - EXIT INT TERM
	if [[ -n $sample ]]; then
		kill "$sample" 2>/dev/null || true
	fi
	if [[ -n $loader ]]; then
		"${as_root[@]}" out/controller -f --bpffs "$pins" >/dev/null 2>&1 || true
		"${as_root[@]}" kill "$loader" 2>/dev/null || true
	fi
	wait
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[[ -t 1 ]] || step() { printf '\n%s\n' "$*"; }

prepare() {
	require_dotnet
	tools/install.sh demo
	if [[ ! -x out/proc_image || ! -x out/controller || -n $(find bpf src Directory.* global.json -newer out/controller \
		-type f -print -quit) ]]; then
		./build.sh
	fi
	gcc -O2 -pthread -o "$work/sample" demo/sample.c
	if ((EUID)); then
		command -v sudo >/dev/null || fail "loading programs into the kernel takes root; run it as root"
		as_root=(sudo)
		sudo -v
	fi
	if [[ $(stat -f -c %T /sys/fs/bpf) != bpf_fs ]]; then
		say "mounting bpffs at /sys/fs/bpf"
		"${as_root[@]}" mount -t bpf bpf /sys/fs/bpf
	fi
	"${as_root[@]}" test ! -e "$pins" || fail "$pins is in use; if no other demo.sh runs: sudo out/controller -f --bpffs $pins"
}

# What no longer moves, at two readings.
at_rest() {
	local before
	! grep -L '^State:.*sleeping' /proc/"$pid"/task/*/status | grep -q . || return 1
	before=$(cat /proc/"$pid"/task/*/schedstat)
	sleep 0.1
	[[ $before == "$(cat /proc/"$pid"/task/*/schedstat)" ]]
}

# hear WORD: what the sample says when it gets there.
hear() {
	local word=''
	read -rt 60 word <&9 || true
	[[ $word == "$1" ]] || fail "the sample did not get as far as '$1'"
}

# The kernel's side. schedstat: run time in ns, run-queue delay in ns, waits.
schedstat() { awk -v field="$1" '{ sum += $field } END { printf "%.0f", sum }' /proc/"$pid"/task/*/schedstat; }
switches() { awk -v name="$1_ctxt_switches:" '$1 == name { sum += $2 } END { printf "%.0f", sum }' /proc/"$pid"/task/*/status; }
status() { awk -v name="$1:" '$1 == name { printf "%.0f", $2 * ($3 == "kB" ? 1024 : 1) }' "/proc/$pid/status"; }
io() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$pid/io"; }
# As proc(5) numbers the fields; the name, which may have blanks, ends with the last parenthesis.
stat_field() { sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f $(($1 - 2)); }

# Ours: series NAME [LABEL], out of one scrape.
series() {
	awk -v name="$1{" -v tgid="tgid=\"$pid\"" -v label="${2:-}" \
		'index($0, name) == 1 && index($0, tgid) && index($0, label) { print $NF }' "$work/metrics"
}

# Seconds with up to nine decimals, as ns: exactly, so without floating point.
nanoseconds() {
	local seconds
	read -r seconds
	[[ $seconds =~ ^([0-9]+)(\.([0-9]{1,9}))?$ ]] || { echo "${seconds:-none}" && return; }
	local decimals=${BASH_REMATCH[3]}000000000
	echo $((10#${BASH_REMATCH[1]} * 1000000000 + 10#${decimals:0:9}))
}

differing=0 rows=0

# row FIGURE OURS KERNEL [TOLERANCE WORDS]: equal, or with a tolerance at most that far apart.
row() {
	local figure=$1 ours=$2 kernel=$3 tolerance=${4:-0} mark=differs
	rows=$((rows + 1))
	if [[ $ours =~ ^[0-9]+$ && $kernel =~ ^[0-9]+$ ]]; then
		local apart=$((ours > kernel ? ours - kernel : kernel - ours))
		if ((apart == 0)); then
			mark=equal
		elif ((apart <= tolerance)); then
			mark="equal within $5"
		fi
	fi
	[[ $mark != differs ]] || differing=$((differing + 1))
	printf '%-36s | %17s | %17s | %s\n' "$figure" "$(grouped "${ours:-none}")" "$(grouped "$kernel")" "$mark"
}

# 1234567 as 1,234,567.
grouped() { sed -E ':more; s/^([0-9]+)([0-9]{3})/\1,\2/; t more' <<<"$1"; }

portrait() {
	local tick=$((1000000000 / $(getconf CLK_TCK)))
	local cpus page user system cpu=''
	cpus=$(getconf _NPROCESSORS_CONF) page=$(getconf PAGESIZE)
	# From 6.2 on some kernels show memory without what each CPU has not yet handed in of its three counters.
	local batch=$((3 * cpus * (cpus > 16 ? 2 * cpus : 32) * page))
	curl --silent --show-error --fail "http://$address/metrics" >"$work/metrics"
	user=$(series proc_image_process_cpu_seconds_total 'mode="user"' | nanoseconds)
	system=$(series proc_image_process_cpu_seconds_total 'mode="system"' | nanoseconds)
	[[ ! $user$system =~ ^[0-9]+$ ]] || cpu=$((user + system))

	printf '%-36s | %17s | %17s |\n' figure ProcImage kernel
	printf '%.0s-' {1..37} && printf '+' && printf '%.0s-' {1..19} && printf '+' && printf '%.0s-' {1..19} && printf '+------\n'
	row 'CPU, ns' "$cpu" "$(schedstat 1)"
	row '  in user mode, ns' "$user" "$(($(stat_field 14) * tick))" "$tick" 'a tick'
	row '  in the kernel, ns' "$system" "$(($(stat_field 15) * tick))" "$tick" 'a tick'
	row 'run-queue delay since activation, ns' "$(series proc_image_sched_delay_seconds_sum | nanoseconds)" \
		"$(($(schedstat 2) - delay_before))"
	row '  waits' "$(series proc_image_sched_delay_seconds_count)" "$(($(schedstat 3) - waits_before))"
	row 'resident memory, bytes' "$(series proc_image_process_resident_memory_bytes)" "$(status VmRSS)" \
		"$batch" "what /proc leaves out"
	row '  at its peak, bytes' "$(series proc_image_process_resident_memory_peak_bytes)" "$(status VmHWM)" \
		"$batch" "what /proc leaves out"
	row 'virtual memory, bytes' "$(series proc_image_process_virtual_memory_bytes)" "$(status VmSize)"
	row 'threads' "$(series proc_image_process_threads)" "$(status Threads)"
	row 'read by system calls, bytes' "$(series proc_image_process_read_chars_total)" "$(io rchar)"
	row 'written by system calls, bytes' "$(series proc_image_process_written_chars_total)" "$(io wchar)"
	row 'read from storage, bytes' "$(series proc_image_process_read_bytes_total)" "$(io read_bytes)"
	row 'written to storage, bytes' "$(series proc_image_process_written_bytes_total)" "$(io write_bytes)"
	row 'minor page faults' "$(series proc_image_process_page_faults_total 'kind="minor"')" "$(stat_field 10)"
	row 'major page faults' "$(series proc_image_process_page_faults_total 'kind="major"')" "$(stat_field 12)"
	row 'voluntary switches' "$(series proc_image_process_context_switches_total 'kind="voluntary"')" \
		"$(switches voluntary)"
	row 'involuntary switches' "$(series proc_image_process_context_switches_total 'kind="involuntary"')" \
		"$(switches nonvoluntary)"
}

prepare

step 'Preload: programs in the kernel, at rest'
address=127.0.0.1:$(free_port)
"${as_root[@]}" out/proc_image -a --listen "$address" --bpffs "$pins" --quiet >"$work/log" 2>&1 </dev/null &
loader=$!
wait_for "the exporter answers at $address" curl --silent --fail "http://$address/-/ready"
cat "$work/log"

step 'Activate: one process, its resources and its delay in the run queue'
mkfifo "$work/in" "$work/out"
"$work/sample" "$work/file" <"$work/in" >"$work/out" &
sample=$!
pid=$sample
exec 8>"$work/in" 9<"$work/out"
hear ready
wait_for "the sample is at rest" at_rest
"${as_root[@]}" out/controller -P "$pid" -rS --bpffs "$pins"
wait_for "the sample is at rest" at_rest
delay_before=$(schedstat 2) waits_before=$(schedstat 3)

step 'Six threads share a CPU, write and read a file, touch memory'
echo go >&8
hear rests
wait_for "the sample is at rest" at_rest
portrait

if [[ -t 0 && -t 1 ]]; then
	step "It is at http://$address/ as well"
	read -rp 'Enter finishes. '
else
	printf '\nThe page, while it runs: http://%s/\n' "$address"
fi

step 'Finish: nothing is left'
"${as_root[@]}" out/controller -f --bpffs "$pins"
wait "$loader" || say "the loader ended with status $?"
loader=''
"${as_root[@]}" test ! -e "$pins" || fail "$pins is still there"
! curl --silent "http://$address/" >/dev/null || fail "somebody still answers at $address"
printf '%s is gone, nobody answers at %s\n' "$pins" "$address"

((differing == 0)) || fail "$differing of $rows figures differ from the kernel's"
printf '%d of %d figures agree with the kernel\n' "$rows" "$rows"
