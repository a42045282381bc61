#!/usr/bin/env bash
# Installs, runs and removes the packages that build.sh --package has put into out/, in a fresh Debian 12 with a /proc,
# a /sys and a bpffs of its own, and shows that nothing is left. A loader in service on the machine is not disturbed.
# The fresh tree is kept in ~/.cache/proc_image.
set -euo pipefail
script=$(realpath "${BASH_SOURCE[0]}")
cd "$(dirname "$script")/../.."
. tools/machine.sh

((EUID == 0)) || fail "it makes a tree of its own and loads programs into the kernel; run it as root"
# What is mounted in a namespace of its own goes with it, whatever happens.
[[ ${1:-} == --unshared ]] || exec unshare --mount --propagation private "$script" --unshared

case $(platform) in
linux-x64) architecture=amd64 ;;
linux-arm64) architecture=arm64 ;;
esac
deb=out/proc-image_$(version)_$architecture.deb
tarball=out/proc_image-$(version)-$(platform).tar.gz
[[ -e $deb && -e $tarball ]] || fail "$deb or $tarball is missing; ./build.sh --package makes them"

work=$(mktemp -d "${TMPDIR:-/tmp}/proc_image_package.XXXXXX")
tree=$work/tree
cached=${XDG_CACHE_HOME:-$HOME/.cache}/proc_image/bookworm-$architecture.tar.zst
pins=$tree/sys/fs/bpf/proc_image
units=$tree/etc/systemd/system
loader='' target=''

cleanup() {
	local process
	trap - EXIT INT TERM
	for process in $target $loader; do
		kill -KILL "$process" 2>/dev/null || true
	done
	wait
	cd /
	umount --recursive --lazy "$work" 2>/dev/null || true
	rmdir "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step() { printf '%3d s  %s\n' "$SECONDS" "$*"; }

clean_environment=(env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
	DEBIAN_FRONTEND=noninteractive ${http_proxy:+"http_proxy=$http_proxy"})
in_tree() { chroot "$tree" "${clean_environment[@]}" "$@"; }
# For the background: $! is the command itself, which does not outlive this script.
become() { exec setpriv --pdeathsig KILL chroot "$tree" "${clean_environment[@]}" "$@"; }
# What it says is of interest only if it fails.
quietly() { "$@" >"$work/said" 2>&1 || { cat "$work/said" >&2 && fail "failed: $*"; }; }

fresh_tree() {
	mkdir "$tree"
	if [[ ! -e $cached ]]; then
		step "making a fresh Debian 12 from $(debian_mirror)"
		quietly debootstrap --variant=minbase --arch="$architecture" bookworm "$tree" "$(debian_mirror)"
		cp /etc/resolv.conf "$tree/etc/resolv.conf"
		quietly in_tree apt-get update
		quietly in_tree apt-get clean
		mkdir -p "$(dirname "$cached")"
		tar --one-file-system --numeric-owner -C "$tree" -c . | zstd --quiet -o "$cached.$$"
		mv "$cached.$$" "$cached"
	else
		step "unpacking a fresh Debian 12"
		zstd --quiet --decompress --stdout "$cached" | tar --numeric-owner -C "$tree" -x
		cp /etc/resolv.conf "$tree/etc/resolv.conf"
	fi
	mount -t proc proc "$tree/proc"
	mount -t sysfs sysfs "$tree/sys"
	# An instance of its own: the default pin directory there is not that of the machine.
	mount -t bpf bpf "$tree/sys/fs/bpf"
	# Where 'systemctl enable' would put a link.
	mkdir -p "$units/multi-user.target.wants"
}

# install_packages WHAT...: if the mirror has moved on, with fresh lists.
install_packages() {
	in_tree apt-get install --yes --no-install-recommends "$@" >"$work/said" 2>&1 && return
	quietly in_tree apt-get update
	quietly in_tree apt-get install --yes --no-install-recommends "$@"
}

# Every file of the tree with its contents, but for what dpkg, apt and ldconfig remember.
inventory() {
	(cd "$tree" && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./var/cache/apt \
		-o -path ./var/cache/debconf -o -path ./var/cache/ldconfig -o -path ./etc/ld.so.cache -o -path ./var/log \) -prune \
		-o -printf '%M %U:%G %p %l\n' -type f -exec md5sum {} + | LC_ALL=C sort)
}

# same BEFORE WHAT [EXCEPT]: the tree is what it was, but for differences that look like EXCEPT.
same() {
	local differences
	inventory >"$work/after"
	differences=$(diff "$work/$1" "$work/after" | grep '^[<>]' | grep -v "${3:-^$}" || true)
	[[ -z $differences ]] || fail "$2 has left these differences: $differences"
}

no_pins() {
	local left
	left=$(find "$tree/sys/fs/bpf" -mindepth 1 ! -name maps.debug ! -name progs.debug)
	[[ -z $left ]] || fail "still pinned: $left"
}

# What runs in the tree besides the target. Processes may end while they are looked at.
no_process() {
	local left
	left=$(find /proc -mindepth 2 -maxdepth 2 -name root -lname "$tree" ! -path "/proc/${target:-none}/*" 2>/dev/null || true)
	[[ -z $left ]] || fail "still runs: $left"
}

preload() {
	become proc_image --all --keep --quiet --listen "127.0.0.1:$port" >"$work/log" 2>&1 </dev/null &
	loader=$!
	wait_for "the exporter answers at port $port" curl --silent --fail "http://127.0.0.1:$port/-/ready"
}

# bash has taken its status by then, and keeps it.
is_gone() { ! kill -0 "$loader" 2>/dev/null; }
# ended STATUS: of the loader.
ended() {
	local status=0
	wait_for "the loader ends" is_gone
	wait "$loader" || status=$?
	loader=''
	((status == $1)) || { cat "$work/log" >&2 && fail "the loader ended with status $status, not $1"; }
}

# scraped SERIES LABEL...: from outside of the tree.
scraped() {
	local found label
	found=$(curl --silent --show-error --fail "http://127.0.0.1:$port/metrics" | grep "^$1{")
	shift
	for label in "tgid=\"$target\"" "$@"; do
		found=$(grep -F "$label" <<<"$found") || fail "no series with $label"
	done
	echo "${found##* }"
}

# The packages that own the libraries in the loader's memory.
libraries_in_use() {
	local library
	while read -r library; do
		in_tree dpkg -S "*/$(basename "$library")" | cut -d : -f 1
	done < <(awk '$6 ~ /\.so/ { print $6 }' "/proc/$loader/maps" | sort -u) | sort -u | paste -sd ' '
}

# Says what it is told instead of doing it, for what the scripts of the package do where systemd runs.
pretend_systemd() {
	mkdir -p "$tree/run/systemd/system"
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/sh\necho "$@" >>/run/systemctl\n' >"$tree/usr/bin/systemctl"
	chmod 755 "$tree/usr/bin/systemctl"
}
# told COMMANDS: to systemd, in this order.
told() {
	local commands
	commands=$(paste -sd , "$tree/run/systemctl")
	rm "$tree/run/systemctl"
	[[ $commands == "$1" ]] || fail "systemctl was told: $commands; and not: $1"
}
end_systemd() { rm -r "$tree/run/systemd" "$tree/usr/bin/systemctl"; }

mount -t tmpfs -o mode=755 tmpfs "$work"
step "making the packages again"
quietly tools/package.sh "$work/again"
for package in "$deb" "$tarball"; do
	cmp "$package" "$work/again/$(basename "$package")" ||
		fail "$package is not what out/ and this commit give; tools/package.sh makes it anew"
done
rm -r "$work/again"
fresh_tree
port=$(free_port)
cp "$deb" "$tree/root/proc-image.deb"
inventory >"$work/fresh"

step "installing $deb"
install_packages /root/proc-image.deb
quietly in_tree dpkg --verify proc-image
for file in bin/controller lib/systemd/system/proc_image.service share/man/man8/proc_image.8.gz share/doc/proc-image/README.md \
	share/man/man8/controller.8.gz share/bash-completion/completions/controller share/zsh/vendor-completions/_controller \
	share/proc_image/grafana/dashboards/portrait.json share/proc_image/grafana/prometheus/rules.yml; do
	[[ -f $tree/usr/$file ]] || fail "not installed: /usr/$file"
done
[[ -z $(find "$units" -name 'proc_image*') ]] || fail "the service is enabled, though nobody said so"
no_pins
unwanted=$(find "$tree" -xdev \( -iname '*dotnet*' -o -iname '*clang*' -o -name '*libicu*' -o -name '*libssl*' -o -name '*.dll' \) \
	-print)
[[ -z $unwanted ]] || fail "it shall run without these: $unwanted"

step "checking, preloading, imaging a process"
quietly in_tree proc_image --check
for image in resource schedule; do
	grep -q "^$image: *supported$" "$work/said" || fail "proc_image --check does not say that $image is supported"
done
become sleep 1000 </dev/null &
target=$!
wait_for "the process that is imaged has started" grep -q sleep "/proc/$target/comm"
preload
quietly in_tree controller -P "$target" -rS
[[ $(scraped proc_image_process_threads) == 1 ]] || fail "a process with one thread, but not in the series"
scraped proc_image_process_info 'comm="sleep"' >/dev/null
declared=$(dpkg-deb --field "$deb" Depends | tr ',' '\n' | awk '{ print $1 }' | sort | paste -sd ' ')
used=$(libraries_in_use)
# The last two are what libbpf1 needs itself.
[[ $used == "$(printf '%s\n' "$declared" libelf1 zlib1g | tr ' ' '\n' | sort | paste -sd ' ')" ]] ||
	fail "it uses libraries of '$used', but depends on '$declared'"

step "installing it again, as an upgrade does, below a loader that runs"
pretend_systemd
ln -s /usr/lib/systemd/system/proc_image.service "$units/multi-user.target.wants"
quietly in_tree dpkg --install /root/proc-image.deb
told 'daemon-reload,try-restart proc_image.service'
[[ $(scraped proc_image_process_threads) == 1 ]] || fail "an upgrade has ended what was imaged"

step "finishing"
quietly in_tree controller -f
ended 0
no_pins

step "removing it while the loader runs"
preload
quietly in_tree apt-get purge --yes proc-image
told 'stop proc_image.service,daemon-reload,daemon-reload'
ended 0
end_systemd
no_pins
no_process
quietly in_tree apt-get autoremove --purge --yes
same fresh "the package"

step "removing it after the loader was killed"
install_packages /root/proc-image.deb
preload
quietly in_tree controller -P "$target" -rS
kill -KILL "$loader"
ended 137 2>/dev/null
[[ -e $pins/control ]] || fail "nothing is pinned after a loader with --keep was killed"
quietly in_tree apt-get purge --yes proc-image
grep -q '^finished: ' "$work/said" || fail "prerm has not finished"
no_pins
no_process
[[ -z $(find "$tree" -xdev -name '*proc[_-]image*' ! -path '*/root/proc-image.deb') ]] || fail "it has left files"

step "removing it where another user has made the pin directory"
install_packages /root/proc-image.deb
mkdir "$pins"
chown 65534 "$pins"
quietly in_tree apt-get purge --yes proc-image
grep -q "^proc-image: /sys/fs/bpf/proc_image was not taken down" "$work/said" || fail "prerm says nothing of the directory"
rmdir "$pins"
quietly in_tree apt-get autoremove --purge --yes
same fresh "the package"

step "unpacking $tarball into /usr/local"
install_packages libbpf1
inventory >"$work/with_libbpf"
tar -C "$tree/usr/local" --strip-components=1 -xf "$tarball"
for program in proc_image controller; do
	[[ $(in_tree "$program" --version) == "$program (ProcImage) $(version)" ]] || fail "$program --version says something else"
done
[[ -e $tree/usr/local/lib/systemd/system/proc_image.service ]] || fail "no unit"
quietly in_tree proc_image --check
preload
quietly in_tree controller -P "$target" -rS
[[ $(scraped proc_image_process_threads) == 1 ]] || fail "a process with one thread, but not in the series"
quietly in_tree controller -f
ended 0
tar -tf "$tarball" | cut -d / -f 2- | (cd "$tree/usr/local" && xargs rm)
# Directories that it has made stay.
same with_libbpf "the tarball" '^> d.* \./usr/local/'

kill "$target"
wait "$target" || true
target=''
no_process
step "done"
