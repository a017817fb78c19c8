#!/bin/sh
# SPDX-License-Identifier: MIT
# Run host test programs and join their TAP into one stream: DIR/results.tap, and standard output.
# A program that dies (sanitizer, signal, time-out) or reports fewer cases than it planned counts as
# one more failed case. Exit status 0 if and only if nothing failed.
#
# usage: run.sh DIR PROGRAM...   (PROGRAM lies under DIR; its output is kept as PROGRAM.log)
set -u

dir=$1
shift
limit=120 # seconds a program
results=$dir/results.tap

# The sanitizers want their shadow at fixed addresses, where much randomisation may put something.
fixed=
if setarch -R true 2>/dev/null; then fixed="setarch -R"; fi

run_all() {
	for program in "$@"; do
		# shellcheck disable=SC2086 # empty, or two words
		CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 "$limit" $fixed "$program" \
			>"$program.log" 2>&1
		status=$?
		echo "@begin ${program#"$dir"/}"
		cat "$program.log"
		echo # the last line of a program that died may be without its end
		echo "@end $status"
	done
}

mkdir -p "$dir"
run_all "$@" | awk -f "$(dirname "$0")/join.awk" >"$results"
status=$?
cat "$results"
exit $status
