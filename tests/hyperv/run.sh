#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Run the script for a Hyper-V host with stand-ins for Hyper-V, under PowerShell 7, as TAP:
#   tests/hyperv/run.sh BUILD [PATTERN]
# pwsh is the system's, or comes from NuGet into BUILD/pwsh where there is a .NET SDK; elsewhere all
# of it is one skipped test.
set -u
cd "$(dirname "$0")/../.." || exit
VERSION=7.6.9 # of NuGet's tool PowerShell, for .NET 10
build=$1 pattern=${2-}
mkdir -p "$build/hyperv"

skip() {
	echo "1..1"
	echo "ok 1 - hyperv # SKIP $1"
	exit 0
}

export DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off
export NO_COLOR=1
if HVSMP_PWSH=$(command -v pwsh); then
	:
elif [ -x "$build/pwsh/pwsh" ]; then
	HVSMP_PWSH=$build/pwsh/pwsh
elif ! command -v dotnet >/dev/null; then
	skip "no pwsh, and no .NET SDK to install it with"
elif ! timeout -k 5 300 dotnet tool install PowerShell --version $VERSION \
	--tool-path "$build/pwsh" >"$build/hyperv/install.log" 2>&1; then
	skip "no pwsh, and NuGet does not give PowerShell $VERSION, see $build/hyperv/install.log"
else
	HVSMP_PWSH=$build/pwsh/pwsh
fi
HVSMP_PWSH=$(realpath -s "$HVSMP_PWSH")
export HVSMP_PWSH
exec timeout -k 5 600 "$HVSMP_PWSH" -NoProfile -NonInteractive -File tests/hyperv/run.ps1 \
	-Work "$build/hyperv/work" ${pattern:+-Like "$pattern"}
