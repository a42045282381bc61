#!/usr/bin/env bash
# Builds out/proc_image and out/controller, each one file that needs no .NET where it runs; with --package first also
# a tarball and a .deb of them. Other arguments go to 'dotnet publish': -p:Aot=true compiles to native code where the
# registry has the compiler.
# Usage: ./build.sh [--package] [ARGUMENT...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. tools/machine.sh

package=''
if [[ ${1:-} == --package ]]; then
	package=yes
	shift
fi
require_dotnet
require "${build_needs[@]}" ${package:+"${package_needs[@]}"}
platform=$(platform)

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
if [[ $package ]]; then
	tools/package.sh
fi
