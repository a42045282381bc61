#!/usr/bin/env bash
# Makes a tarball and a .deb of what build.sh has put into out/. The same binaries give the same packages, to the byte.
# Usage: tools/package.sh [DIRECTORY]: where to put them; out/ if it is not said
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/machine.sh
target=${1:-out}

require "${package_needs[@]}"
for program in proc_image controller; do
	[[ -x out/$program ]] || fail "out/$program is missing; ./build.sh makes it"
done
platform=$(platform)
version=$(version)
case $platform in
linux-x64) architecture=amd64 ;;
linux-arm64) architecture=arm64 ;;
esac
# The time of all files in the packages: that of the last commit, and without git that of the version.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Directory.Build.props)}
export SOURCE_DATE_EPOCH

umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# copy DIRECTORY FILE...: files that are read, not run.
copy() { install -D -m 644 --target-directory="$1" "${@:2}"; }

# fill PREFIX ZSH: all that is installed. ZSH: where zsh looks for completions below that prefix.
fill() {
	local prefix=$1 zsh=$2 file
	install -D --target-directory="$prefix/bin" out/proc_image out/controller
	copy "$prefix/lib/systemd/system" packaging/systemd/proc_image.service
	copy "$prefix/share/man/man8" packaging/man/*.8
	gzip -9n "$prefix"/share/man/man8/*.8
	copy "$prefix/share/bash-completion/completions" packaging/bash-completion/*
	copy "$prefix/$zsh" packaging/zsh/*
	while read -r file; do
		copy "$prefix/share/proc_image/$(dirname "$file")" "$file"
	done < <(find grafana -type f)
	copy "$prefix/share/doc/proc-image" README.md
	if [[ -e LICENSE ]]; then
		copy "$prefix/share/doc/proc-image" LICENSE
	fi
	copy "$prefix/share/doc/proc-image/docs" docs/*.md
	copy "$prefix/share/doc/proc-image/docs/images" docs/images/*
}

# Only files: an entry for bin/ would give the machine's own /usr/local/bin the mode and the time of ours.
tarball() {
	local name=proc_image-$version-$platform
	fill "$work/$name" share/zsh/site-functions
	(cd "$work" && find "$name" -type f -print0 | LC_ALL=C sort -z | tar --create --null --no-recursion --files-from=- \
		--format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH") |
		gzip -9n >"$work/$name.tar.gz"
	deliver "$name.tar.gz"
}

# One thread: the result of xz depends on whether there are several. Level 1: a tenth larger, in a fifth of the time.
deb() {
	local name=proc-image_${version}_$architecture.deb root=$work/deb size
	# zsh of Debian looks there, and not in site-functions of /usr.
	fill "$root/usr" share/zsh/vendor-completions
	install -d "$root/DEBIAN"
	install packaging/debian/{postinst,prerm,postrm} "$root/DEBIAN"
	(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
	# As Debian's policy counts it; du would count what directories take on this file system.
	size=$(find "$root/usr" -type f -printf '%s\n' -o -printf '1\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
	sed -e "s/@version@/$version/" -e "s/@architecture@/$architecture/" -e "s/@size@/$size/" \
		packaging/debian/control >"$root/DEBIAN/control"
	chmod 644 "$root"/DEBIAN/{control,md5sums}
	dpkg-deb --root-owner-group --threads-max=1 -Zxz -z1 --build "$root" "$work/$name" >/dev/null
	deliver "$name"
}

deliver() {
	install -D -m 644 --target-directory="$target" "$work/$1"
	printf '%s  %s\n' "$target/$1" "$(numfmt --to=si --suffix=B --format=%.1f "$(stat -c %s "$target/$1")")"
}

tarball
deb
