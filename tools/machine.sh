# shellcheck shell=bash disable=SC2317 # what is defined here is called by others
# To be sourced by the scripts of the repository, from its root: what they need of the machine.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_UI_LANGUAGE=en HOME="${HOME:-/root}"

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
fail() {
	say "$@"
	exit 1
}

# Where the SDK may be though PATH does not say so, as under sudo.
find_dotnet() {
	local place
	for place in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/lib64/dotnet; do
		if ! command -v dotnet >/dev/null && [[ -n $place && -x $place/dotnet ]]; then
			PATH=$PATH:$place
		fi
	done
	command -v dotnet >/dev/null && dotnet --list-sdks | grep -q '^10\.'
}

require_dotnet() {
	local feed=https://packages.microsoft.com/config/debian/12/packages-microsoft-prod.deb
	find_dotnet || fail "the .NET 10 SDK is missing. Ubuntu: sudo apt install dotnet-sdk-10.0. RHEL, Fedora:" \
		"sudo dnf install dotnet-sdk-10.0. Debian: curl -sSLO $feed && sudo dpkg -i packages-microsoft-prod.deb &&" \
		"sudo apt update && sudo apt install dotnet-sdk-10.0"
}

# The machine as .NET calls it.
platform() {
	case $(uname -m) in
	x86_64) echo linux-x64 ;;
	aarch64) echo linux-arm64 ;;
	*) fail "no build for $(uname -m): only x86_64 and aarch64" ;;
	esac
}

# Where the machine itself gets Debian from.
debian_mirror() {
	local uri=''
	if command -v apt-get >/dev/null; then
		# shellcheck disable=SC2016 # apt's own variables
		uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 'Label: Debian' |
			head -1 || true)
	fi
	echo "${uri:-http://deb.debian.org/debian}"
}

version() { sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props; }

# Debian's names of the packages that give each command, file or library.
# shellcheck disable=SC2034
build_needs=(
	clang=clang
	/usr/include/bpf/bpf_helpers.h=libbpf-dev
	libbpf.so.1=libbpf1
)
# shellcheck disable=SC2034
package_needs=(
	dpkg-deb=dpkg
)
# shellcheck disable=SC2034
demo_needs=(
	gcc=gcc
	/usr/include/stdio.h=libc6-dev
	curl=curl
	ps=procps
)
# shellcheck disable=SC2034
test_needs=(
	clang-format=clang-format
	shellcheck=shellcheck
	promtool=prometheus
	stress-ng=stress-ng
	npm=npm
	node=nodejs
	redis-server=redis-server
	redis-benchmark=redis-tools
	pg_ctlcluster=postgresql
	strace=strace
	perf=linux-perf
	make=make
	python3=python3
	taskset=util-linux
	systemd-analyze=systemd
	findmnt=util-linux
	unshare=util-linux
	/usr/sbin/debootstrap=debootstrap
	musl-gcc=musl-tools
	zstd=zstd
	groff=groff-base
	mandoc=mandoc
	zsh=zsh
	qemu-system-x86_64=qemu-system-x86
	busybox=busybox-static
	cpio=cpio
)

# What of the needs this machine lacks, as the names of packages.
missing_packages() {
	local need
	for need in "$@"; do
		case $need in
		/*) [[ -e ${need%=*} ]] || echo "${need#*=}" ;;
		*.so.*) [[ $(/sbin/ldconfig -p) == *"${need%=*}"* ]] || echo "${need#*=}" ;;
		*) command -v "${need%=*}" >/dev/null || echo "${need#*=}" ;;
		esac
	done
}

# The same packages as Fedora and RHEL call them.
dnf_names() {
	sed -e 's/^libbpf-dev$/libbpf-devel/' -e 's/^libbpf1$/libbpf/' -e 's/^libc6-dev$/glibc-devel/' \
		-e 's/^procps$/procps-ng/' -e 's/^clang-format$/clang-tools-extra/' -e 's/^shellcheck$/ShellCheck/' \
		-e 's/^redis-server$/redis/' -e 's/^redis-tools$/redis/' -e 's/^linux-perf$/perf/'
}

# The command that installs packages.
install_command() {
	if command -v apt-get >/dev/null; then
		echo "apt-get install --yes --no-install-recommends $*"
	elif command -v dnf >/dev/null; then
		echo "dnf install --assumeyes $(printf '%s\n' "$@" | dnf_names | sort -u | paste -sd ' ')"
	fi
}

# Says which packages are missing and how to get them; for who does not want them installed.
require() {
	local missing command
	mapfile -t missing < <(missing_packages "$@")
	((${#missing[@]})) || return 0
	command=$(install_command "${missing[@]}")
	fail "missing: ${missing[*]}${command:+; get them with: sudo $command}"
}

# wait_for WHAT COMMAND...: up to 20 s, until the command succeeds. Else shows the logs in $work.
wait_for() {
	local what=$1 tries
	shift
	for ((tries = 0; tries < 400; tries++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.05
	done
	[[ ! -d ${work:-} ]] || tail -n 20 "$work"/*log >&2 || true
	fail "waited 20 s in vain: $what"
}

free_port() {
	local port
	for port in $(shuf -i 20000-29999 -n 20); do
		# Somebody answers there if this succeeds.
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
	done
	fail "no free port between 20000 and 29999"
}
