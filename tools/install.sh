#!/usr/bin/env bash
# Installs the packages that building (or with 'package', 'demo' or 'test': packaging, the demonstration, the tests)
# needs and the machine lacks. On a terminal it asks first. Services that come with a package are not started.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/machine.sh

needs=("${build_needs[@]}")
case ${1:-build} in
build) ;;
demo) needs+=("${demo_needs[@]}") ;;
package) needs+=("${package_needs[@]}") ;;
test) needs+=("${package_needs[@]}" "${demo_needs[@]}" "${test_needs[@]}") ;;
*) fail "say what for: build, package, demo or test" ;;
esac

mapfile -t missing < <(missing_packages "${needs[@]}" | sort -u)
((${#missing[@]})) || exit 0
read -ra command <<<"$(install_command "${missing[@]}")"
((${#command[@]})) || fail "missing: ${missing[*]}; this script knows apt-get and dnf only"

as_root=()
if ((EUID)); then
	command -v sudo >/dev/null || fail "missing: ${missing[*]}; as root, run: ${command[*]}"
	as_root=(sudo)
fi
if [[ -t 0 && -t 2 ]]; then
	read -rp "Install ${missing[*]}? [Y/n] " answer
	[[ $answer == [nN]* ]] && fail "nothing installed; the command is: ${as_root[*]} ${command[*]}"
fi
say "installing ${missing[*]}"

# Debian starts a service on installation unless this file forbids it.
policy=/usr/sbin/policy-rc.d
if [[ ${command[0]} == apt-get ]]; then
	if [[ ! -e $policy ]]; then
		trap '"${as_root[@]}" rm -f $policy' EXIT
		printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
		"${as_root[@]}" chmod 755 $policy
	fi
	"${as_root[@]}" apt-get update --quiet --quiet
fi
log=$(mktemp)
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${command[@]}" </dev/null >"$log" 2>&1 ||
	{ tail -20 "$log" >&2 && rm "$log" && fail "could not be installed: ${command[*]}"; }
rm "$log"

# Nor shall they start with the machine from now on.
for service in prometheus redis-server postgresql; do
	if [[ " ${missing[*]} " == *" $service "* && -d /run/systemd/system ]]; then
		"${as_root[@]}" systemctl disable --now --quiet "$service"
	fi
done
