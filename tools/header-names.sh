#!/usr/bin/env bash
# The numbers and names of system calls and errors, as the kernel's own headers have them on this machine: a line each,
# 'NUMBER NAME'. ProcImage.csproj embeds the files.
# Usage: tools/header-names.sh DIRECTORY
set -euo pipefail
target=$1
clang=${CLANG:-clang}
mkdir -p "$target"

# names HEADER PATTERN: the macros that are called so, by their values, without the prefix of system calls.
names() {
	local macros
	macros=$("$clang" -E -dM -include "$1" -x c /dev/null | sed -nE "s/^#define ($2) .*/\1/p" | sort -u)
	# The first word of each line is in quotes, so that the preprocessor leaves it alone.
	sed -E 's/.*/"&" &/; s/"__NR_/"/' <<<"$macros" | "$clang" -E -P -include "$1" -x c - |
		sed -nE 's/^"([A-Za-z0-9_]+)" \(?([0-9]+)\)?$/\2 \1/p' | sort -n -s -k 1,1
}

# write NAME LINES: fewer names than that no kernel has.
write() {
	if [[ $(wc -l <"$target/$1.new") -lt $2 ]]; then
		echo "$0: $1: the kernel's headers have fewer than $2 names; install linux-libc-dev" >&2
		exit 1
	fi
	mv "$target/$1.new" "$target/$1"
}

names asm/unistd.h '__NR_[a-z][a-z0-9_]*' | grep -vwE 'syscalls|arch_specific_syscall' >"$target/syscalls.native.new"
write syscalls.native 250
# 32-bit programs number them differently. Not every architecture says how.
if [[ $(uname -m) == x86_64 ]]; then
	names asm/unistd_32.h '__NR_[a-z][a-z0-9_]*' >"$target/syscalls.compat.new"
	write syscalls.compat 300
else
	: >"$target/syscalls.compat"
fi
# Of two names of one number (EAGAIN, EWOULDBLOCK) the one that is not defined by the other.
names asm/errno.h 'E[A-Z0-9]+' | grep -vwE 'EWOULDBLOCK|EDEADLOCK|ENOTSUP' >"$target/errnos.new"
write errnos 130
