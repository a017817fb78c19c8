#!/bin/sh
# SPDX-License-Identifier: MIT
# Run fuzz targets, two at a time, and share the time among them. What a target finds interesting it
# keeps in DIR/found/TARGET, so that the next run goes on from there; an input that breaks it is
# left as DIR/TARGET-crash-... (or -timeout-, -oom-, -leak-). Exit status 0 if and only if none did.
#
# usage: run.sh DIR CORPUS SECONDS TARGET...   (DIR/TARGET is the program, CORPUS/TARGET its seeds)
set -u

dir=$1
corpus=$2
seconds=$3
shift 3
jobs=2
longest=1024 # bytes of an input that is made up, or of a seed that is used; `make test` uses all

each=$((seconds * jobs / $#))
[ "$each" -gt 0 ] || each=1

# The sanitizers want their shadow at fixed addresses, where much randomisation may put something.
fixed=
if setarch -R true 2>/dev/null; then fixed="setarch -R"; fi

one() { # TARGET
	mkdir -p "$dir/found/$1"
	# shellcheck disable=SC2086 # empty, or two words
	$fixed "$dir/$1" -max_total_time="$each" -max_len=$longest -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$dir/$1-" -print_final_stats=1 -entropic_scale_per_exec_time=1 \
		"$dir/found/$1" "$corpus/$1" >"$dir/$1.log" 2>&1
	echo $? >"$dir/$1.status"
}

rm -f "$dir"/*.status
pids=
running=0
for target in "$@"; do
	one "$target" &
	pids="$pids $!"
	running=$((running + 1))
	if [ $running -ge $jobs ]; then
		# shellcheck disable=SC2086 # one word a process
		wait $pids
		pids=
		running=0
	fi
done
wait

failed=0
for target in "$@"; do
	status=$(cat "$dir/$target.status" 2>/dev/null || echo none)
	runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$dir/$target.log")
	covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$dir/$target.log" | tail -n 1)
	if [ "$status" = 0 ]; then
		printf 'fuzz: %-10s %9s runs, %4s edges\n' "$target" "$runs" "$covered"
		continue
	fi
	failed=$((failed + 1))
	printf 'fuzz: %-10s FAILED (status %s); the input is left in %s/\n' \
		"$target" "$status" "$dir"
	tail -n 40 "$dir/$target.log"
done
[ $failed = 0 ]
