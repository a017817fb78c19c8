#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Search the handshake's model with Spin: the tool behind `make model` and `make model-mutants`.
#   tests/model/run.sh DIR searches|all|mutants
# searches: every property in every scenario, and whether what should be possible is; "all" has the
# long ones as well. mutants: each mutation must break the property that is named. Two at a time,
# each bounded in memory and time; Spin's words are left in DIR/NAME.log. Exit status 0: all well.
set -u

dir=$1
models=$(dirname "$0") # order.pml for names that begin so, else handshake.pml
limit=900    # seconds a search
memory=7000  # MiB a search
depth=200000 # steps; Spin says if that is too few, and the search fails

# NAME | scenario (the model's names in capitals) | what is to be seen: "clean", or an assertion
searches() {
	cat <<-'END'
		two-aps          |                                         | clean
		two-no-sipi      | SIPI=0                                  | clean
		two-lies         | LIES=1                                  | clean
		two-lies-patient | LIES=1 HASTE=0 DEATHS=0                 | clean
		two-twice-1      | TWICE=1                                 | clean
		two-twice-2      | TWICE=2                                 | clean
		two-unmapped     | UNMAPPED=2 TWICE=1                      | clean
		two-patient      | HASTE=0                                 | clean
		two-ends         | LIVE                                    | clean
		three-clear      | CPUS=4 REFUSALS=0 TIMEOUTS=-1           | clean
		three-clear-dead | CPUS=4 REFUSALS=0 TIMEOUTS=-1 DEATHS=2  | clean
		three-patient    | CPUS=4 TIMEOUTS=-1 HASTE=0              | clean
		sees-ap-starts   | WITNESS=1                               | witnessed
		sees-refused     | WITNESS=2                               | witnessed
		sees-dead-starter | WITNESS=3                              | witnessed
		sees-unknown     | WITNESS=4                               | witnessed
		sees-closed      | WITNESS=5                               | witnessed
		sees-late        | WITNESS=6                               | witnessed
		sees-no-way      | WITNESS=7 SIPI=0                        | witnessed
		sees-useless     | WITNESS=8                               | witnessed
		sees-fault       | WITNESS=9                               | witnessed
		sees-round       | WITNESS=10                              | !(renewed)
		order            |                                         | clean
		order-sees-ap    | WITNESS=1                               | witnessed
		order-sees-calling | WITNESS=2                             | witnessed
	END
}

# Minutes, and up to 5 GiB.
long_searches() {
	cat <<-'END'
		two-everything   | LIES=1 TWICE=1 DEATHS=2                 | clean
		three-aps        | CPUS=4 TIMEOUTS=0                       | clean
	END
}

mutants() {
	cat <<-'END'
		refusal-believed      | MUTATE=1                  | !(may_start[t])
		call-torn             | MUTATE=2                  | !(calling[t])
		invite-torn           | MUTATE=3                  | !(over)
		not-withdrawn         | MUTATE=4 HASTE=0          | (outcome[t]!=2)||init_sent[t]
		claim-torn            | MUTATE=5                  | !(calling[t])
		no-entry-flag         | MUTATE=6 TWICE=1          | users[self]==1
		arrives-uninvited     | MUTATE=7 LIES=1           | welcome[self]
		take-over-torn        | MUTATE=8                  | !(calling[t])
		close-looks-once      | MUTATE=9                  | !(init_sent[t])
		close-dropped         | MUTATE=10                 | !(rung_closed)||init_sent[self]
		close-leaves-calling  | MUTATE=11                 | !(may_start[t])
		sipi-not-closed       | MUTATE=12 TWICE=1 DEATHS=2 | !(over)
		no-take-over          | MUTATE=13 HASTE=0         | method[t]==1
		candidate-by-outcome  | MUTATE=14                 | !(init_sent[t])
		verdict-forgotten     | MUTATE=15                 | verdict[t]!=0
		refusal-not-asked     | MUTATE=18 LIES=1 HASTE=0 DEATHS=0 | !(entered[t])
		rest-too-early        | MUTATE=17                 | !(renewed)
		no-deadline           | MUTATE=16 LIVE            | acceptance cycle
		order-done            | MUTATE=1                  | (known[((0*6)+3)]==
		order-proved          | MUTATE=2                  | (known[((0*6)+4)]==
		order-no-barrier      | MUTATE=3                  | (known[((2*6)+2)]==
		order-stage           | MUTATE=4                  | (known[((0*6)+4)]==
		order-claim           | MUTATE=5                  | (known[((0*6)+3)]==
		order-outcome-first   | MUTATE=6                  | (known[((0*6)+3)]==
	END
}

number() { sed -n "s/$1/\\1/p" "$2" | tail -n 1; }

search() { # NAME SCENARIO WANTED
	local name=$1 wanted=$3 work=$dir/$1 log=$dir/$1.log start=$SECONDS word
	local defines=() build=(-DSAFETY -DNOCLAIM) options=(-E) speed=-O1 file=handshake
	case $1 in order*) file=order ;; esac
	for word in $2; do
		defines+=("-D$word")
		[ "$word" = LIVE ] && build=(-DNFAIR=4) && options=(-E -a -f -N terminates)
	done
	# What is to go wrong may not be the first thing that does.
	case $wanted in clean | witnessed | acceptance*) ;; *) options+=(-c0) ;; esac
	[ "$wanted" = clean ] || speed=-O0 # over before a better program were compiled
	mkdir -p "$work"
	cp "$models/$file.pml" "$work"
	{
		cd "$work" && spin "${defines[@]}" -a "$file.pml" &&
			"${CC:-gcc}" $speed -w -DMEMLIM=$memory "${build[@]}" -o pan pan.c &&
			timeout -k 5 $limit ./pan -m$depth -n "${options[@]}"
	} >"$log" 2>&1
	local status=$? verdict=ok
	if [ $status != 0 ] || grep -qE 'max search depth too small|out of memory|exceeds' "$log" ||
		! grep -q 'errors: ' "$log"; then
		verdict=FAILED
	elif [ "$wanted" = clean ]; then
		{ grep -q 'errors: 0$' "$log" && ! grep -q 'not completed' "$log"; } ||
			verdict=FAILED
	else
		[ "$wanted" = witnessed ] && wanted='assertion violated  !('
		grep -F 'pan:' "$log" | grep -qF -- "$wanted" || verdict=FAILED
	fi
	printf '%-21s %10s states, depth %5s, %5s MiB, %3d s: %s\n' "$name" \
		"$(number ' *\([0-9]*\) states, stored.*' "$log")" \
		"$(number '.*depth reached \([0-9]*\),.*' "$log")" \
		"$(number ' *\([0-9]*\)\.[0-9]*.total actual.*' "$log")" \
		$((SECONDS - start)) "$verdict"
	[ $verdict = ok ] || echo "$name" >>"$dir/failed"
	rm -f "$work/pan" "$work"/pan.[bchmpt] "$work/pan.pre"
}

case $2 in
searches) list=$(searches) ;;
all) list=$(searches && long_searches) ;;
mutants) list=$(mutants) ;;
*) exit 2 ;;
esac

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
models=$(cd "$models" && pwd)
rm -f "$dir/failed"
while IFS='|' read -r name scenario wanted; do
	[ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n
	search "${name// /}" "$scenario" "${wanted# }" &
done <<<"$list"
wait
if [ -e "$dir/failed" ]; then
	echo "model: $(wc -l <"$dir/failed") failed: $(tr '\n' ' ' <"$dir/failed");" \
		"logs and trails in $dir/" >&2
	exit 1
fi
echo "model: all is well"
