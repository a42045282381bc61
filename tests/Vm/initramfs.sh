#!/usr/bin/env bash
# Writes what a kernel boots into: the two commands of out/ with their libraries, busybox, and workloads, static but for one. It is not
# compressed: an emulated CPU would take longer to unpack it than it takes to load.
# Usage: initramfs.sh COMMANDS FILE, where COMMANDS is the directory with proc_image and controller
set -euo pipefail
commands=$(realpath "$1") file=$(realpath "$2")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/machine.sh

[[ $(platform) == linux-x64 ]] || fail "the kernels are those of x86_64, the commands are not; run it there"
busybox=$(command -v busybox)
libbpf=$(/sbin/ldconfig -p | sed -n '/x86-64/s/.*libbpf\.so\.1 .*=> //p' | head -1)
[[ $libbpf ]] || fail "libbpf.so.1 is missing; get it with: sudo apt-get install libbpf1"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# A program that is static has none.
copy_libraries() {
	local library
	for library in $(ldd "$1" 2>/dev/null | grep -o '/[^ ]*' || true); do
		install -D --target-directory "$root$(dirname "$library")" "$library"
	done
}

compile() { gcc -O1 -Wall -Werror -pthread -static -o "$root/bin/$(basename "$1" .c)" "$1"; }

mkdir -p "$root"/{bin,dev,proc,sys,tmp,var/tmp}
# The list has busybox itself; the program takes the place of that one.
for applet in $("$busybox" --list); do
	ln -sf busybox "$root/bin/$applet"
done
for program in "$busybox" "$commands"/{proc_image,controller}; do
	[[ -e $program ]] || fail "$program is missing; ./build.sh makes it"
	install --target-directory "$root/bin" "$program"
	copy_libraries "$program"
done
install -D --target-directory "$root$(dirname "$libbpf")" "$libbpf"
copy_libraries "$libbpf"
for source in tests/Vm/guest/*.c tests/workloads/{calls,hogs,instructions,io,life,locks}.c; do
	compile "$source"
done
gcc -O1 -Wall -Werror -pthread -o "$root/bin/exact" tests/workloads/exact.c # its C library is probed
copy_libraries "$root/bin/exact"
install tests/Vm/guest/init "$root/init"
(cd "$root" && find . | cpio --create --format newc --quiet) >"$file"
