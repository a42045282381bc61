#!/usr/bin/env bash
# Prints the path of a kernel of Debian's. It is fetched by apt when it is first asked for, and kept in ~/.cache/proc_image/kernels;
# without that folder the newest of the suite is fetched again. The machine's own lists of packages stay as they are.
# Usage: kernel.sh SUITE FLAVOUR, as in 'kernel.sh sid cloud'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/machine.sh

suite=$1 flavour=$2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/proc_image/kernels
kept=$cache/$suite-$flavour
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

if [[ ! -e $kept ]]; then
	command -v apt-get >/dev/null ||
		fail "$kept is missing, and without apt it cannot be fetched; put there the vmlinuz of $suite's linux-image-$flavour-amd64"
	[[ -e $keyring ]] || fail "$keyring is missing; get it with: sudo apt-get install debian-archive-keyring"
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/fetching.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	mkdir -p "$work"/{lists,cache/archives}/partial "$work/files"
	echo "deb [arch=amd64 signed-by=$keyring] $(debian_mirror) $suite main" >"$work/sources.list"
	apt=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists"
		-o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none -o APT::Architecture=amd64)

	apt-get "${apt[@]}" update >&2 || fail "the packages of $suite cannot be listed"
	image=$(apt-cache "${apt[@]}" depends "linux-image-$flavour-amd64" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
	[[ $image ]] || fail "$suite has no linux-image-$flavour-amd64 that names its kernel"
	# From 7.x on the file is in linux-binary-*, and the image is a package without files.
	package=${image/linux-image/linux-binary}
	[[ $(apt-cache "${apt[@]}" pkgnames "$package") == *"$package"* ]] || package=$image
	say "fetching $package of $suite"
	(cd "$work" && apt-get "${apt[@]}" download "$package" >&2) || fail "$package of $suite cannot be fetched"
	dpkg-deb --extract "$work"/*.deb "$work/files"
	kernel=$(find "$work/files" -name 'vmlinuz*' -type f | head -1)
	[[ $kernel ]] || fail "$package of $suite has no vmlinuz"
	mv "$kernel" "$kept"
fi
echo "$kept"
