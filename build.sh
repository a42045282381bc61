#!/usr/bin/env bash
# Builds out/proc_image and out/controller, each one file that needs no .NET where it runs. Arguments go to
# 'dotnet publish': -p:Aot=true compiles to native code where the registry has the compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. tools/machine.sh

require_dotnet
require "${build_needs[@]}"
case $(uname -m) in
x86_64) platform=linux-x64 ;;
aarch64) platform=linux-arm64 ;;
*) fail "no build for $(uname -m): only x86_64 and aarch64" ;;
esac

# publish PROJECT ASSEMBLY PROGRAM: an artifacts folder of its own, so that a plain build stays as it is.
publish() {
	local project=$1 assembly=$2 program=$3
	shift 3
	dotnet publish "src/$project/$project.csproj" --nologo --verbosity quiet --configuration Release \
		--runtime "$platform" --artifacts-path out/publish --output "out/publish/$project" "$@"
	mv "out/publish/$project/$assembly" "out/$program"
	printf 'out/%s  %s\n' "$program" "$(numfmt --to=si --suffix=B --format=%.1f "$(stat -c %s "out/$program")")"
}

publish ProcImage ProcImage proc_image "$@"
publish Controller controller controller "$@"
