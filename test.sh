#!/usr/bin/env bash
# Every test: installs what is missing, checks the style, builds, runs the test projects one after the other.
# As root the tests on the real kernel run too; they have pins and ports of their own. The last line counts.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
. tools/machine.sh
exec </dev/null

passed=0 failed=0 skipped=0
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# check NAME COMMAND...: one test; what the command prints is shown when it fails.
check() {
	local name=$1
	shift
	if "$@" >"$results/log" 2>&1; then
		passed=$((passed + 1))
		printf 'passed   %s\n' "$name"
	else
		failed=$((failed + 1))
		cat "$results/log"
		printf 'FAILED   %s\n' "$name"
		return 1
	fi
}

# counter NAME FILE: an attribute of the element that sums up a result file.
counter() {
	sed -n "s/.*<Counters .*\b$1=\"\([0-9]*\)\".*/\1/p" "$2"
}

# What dotnet test says that nobody needs to know.
noise='^(Test run for|VSTest version|A total of|Results File|Data collector .Blame.|\[xUnit\.net .*\[FAIL\]|$)'
noise+='|^ +at (InvokeStub|System\.)'

# run_project NAME [WITHIN...]: its tests, each counted. That nothing ran is a failure.
run_project() {
	local name=$1 file=$results/$1.trx status total run
	"${@:2}" dotnet test "tests/$name" --no-build --nologo --results-directory "$results" --blame-hang-timeout 10m \
		--blame-hang-dump-type none --logger "console;verbosity=minimal" \
		--logger "trx;LogFileName=$file" >"$results/log" 2>&1
	status=$?
	grep -vE "$noise" "$results/log"
	total=0 run=0
	if [[ -s $file ]]; then
		total=$(counter total "$file") run=$(counter executed "$file")
		passed=$((passed + $(counter passed "$file")))
		failed=$((failed + run - $(counter passed "$file")))
		skipped=$((skipped + total - run))
	fi
	if ((run == 0 && total == 0)) || ((status != 0 && run == $(counter passed "$file"))); then
		failed=$((failed + 1))
		printf 'FAILED   tests/%s ended with status %d after %d tests\n' "$name" "$status" "$run"
	fi
}

# on_own_bpffs COMMAND...: the machine may have none, or one that root alone can pass, as systemd mounts it.
on_own_bpffs() {
	# shellcheck disable=SC2016
	unshare --mount sh -c 'umount --quiet --lazy --all-targets /sys/fs/bpf; mount -t bpf bpf /sys/fs/bpf && exec "$@"' sh "$@"
}

require_dotnet
tools/install.sh test || exit 1

mapfile -t c_files < <(find bpf bench demo tests -name '*.[ch]')
mapfile -t scripts < <(find . -path ./out -prune -o -path ./.git -prune -o -name '*.sh' -print)
scripts+=(.ci/run packaging/bash-completion/* packaging/debian/{postinst,prerm,postrm})

check "style: clang-format" clang-format --dry-run -Werror "${c_files[@]}"
check "style: shellcheck" shellcheck -x "${scripts[@]}"
check "style: dotnet format" dotnet format ProcImage.sln --verify-no-changes
check "build.sh --package" ./build.sh --package
if ((EUID == 0)); then
	check "package: installed, run and removed in a fresh Debian" tests/Package/fresh-tree.sh
else
	failed=$((failed + 1))
	echo "FAILED   package: it is installed into a tree and run there; run ./test.sh as root"
fi
if check "dotnet build" dotnet build ProcImage.sln --nologo --verbosity quiet; then
	run_project Unit
	run_project Abi
	run_project Grafana
	run_project Vm
	if ((EUID == 0)); then
		run_project Kernel on_own_bpffs
	else
		failed=$((failed + 1))
		echo "FAILED   tests/Kernel: they load programs into the kernel; run ./test.sh as root"
	fi
fi

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((failed == 0 && passed > 0))
