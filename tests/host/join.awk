# SPDX-License-Identifier: MIT
# Joins what run.sh collects, "@begin NAME", a program's TAP, "@end STATUS", into one TAP stream with
# one numbering; the case's name gets its program's before it. Ends with status 1 if a case failed.
BEGIN { print "TAP version 13" }
/^$/ { next }
/^@begin / { name = $2; planned = seen = bad = 0; next }
/^@end / {
	if (planned == 0 || seen < planned || ($2 != 0 && bad == 0)) {
		printf "not ok %d - %s: ended with status %d after %d of %d cases\n", \
			++n, name, $2, seen, planned
		failed++
	}
	next
}
/^1\.\.[0-9]+$/ { planned = substr($0, 4) + 0; next }
/^(not )?ok [0-9]+/ {
	seen++
	n++
	what = $0
	sub(/^(not )?ok [0-9]+( -)? */, "", what)
	if (/^not/) { bad++; failed++ } else if (/# *SKIP/) skipped++; else passed++
	printf "%sok %d - %s: %s\n", /^not/ ? "not " : "", n, name, what
	next
}
/^# ok - / { next }
/^#/ { print; next }
{ print "# " $0 }
END {
	printf "1..%d\n# host tests: %d passed, %d failed, %d skipped\n", \
		n, passed, failed, skipped
	exit failed != 0
}
