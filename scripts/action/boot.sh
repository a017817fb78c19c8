#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Second step of action.yml, which sets HVSMP_...: one machine; its exit code, what it says in short
# for the job's summary, and 0 if that is a success. Paths are the workspace's.
set -eu
tree=$(cd "$(dirname "$0")/../.." && pwd)

fail() { echo "hvsmp: $*" >&2 && exit 1; }

python=/usr/bin/python3
[ -x "$python" ] || python=python3
out=$HVSMP_OUT
words=(--build "$tree/build" --out "$out" --smp "$HVSMP_SMP" --mem "$HVSMP_MEM"
	--timeout "$HVSMP_TIMEOUT" --refhv "$HVSMP_REFHV")
good=" $HVSMP_GOOD "
case $HVSMP_MODE in
guest)
	[ -n "$HVSMP_PROGRAM" ] || fail "mode guest wants program:, a UEFI program"
	words+=(--guest "$HVSMP_PROGRAM" "--args=$HVSMP_ARGS" --initrd "$HVSMP_INITRD")
	what=$HVSMP_PROGRAM
	;;
conformance)
	words+=("--cmdline=mode=conformance $HVSMP_OPTIONS")
	what=mode=conformance good=" 0 "
	;;
*) fail "mode is '$HVSMP_MODE', must be guest or conformance" ;;
esac

mkdir -p "$out"
status=0
"$python" "$tree/scripts/run.py" "${words[@]}" || status=$?
rm -f "$out"/disk.img "$out"/vars.* # an artifact has no use for them

{
	echo "status=$status"
	echo "logs=$out"
} >>"${GITHUB_OUTPUT:-/dev/null}"
broken=$(grep -c '^refhv: violation ' "$out/refhv.log" 2>/dev/null) || true
{
	echo "### $what under the reference hypervisor"
	echo
	echo "Exit code $status, ${broken:-0} violations of Hyper-V's rules."
	if [ "${broken:-0}" != 0 ]; then
		echo '```'
		grep '^refhv: violation ' "$out/refhv.log" | head -n 20
		echo '```'
	fi
} >>"${GITHUB_STEP_SUMMARY:-/dev/null}"

[ "${good#* "$status" }" != "$good" ] ||
	fail "$what: exit code $status, must be one of:$good(docs/guests.md)"
