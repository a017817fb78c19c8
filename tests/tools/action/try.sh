#!/bin/bash
# SPDX-License-Identifier: MIT
#
# action.yml's steps in a bare Debian, without GitHub:
#   make test-bare SUITE=bookworm BARE_RUN=tests/tools/action/try.sh
# A guest that is content, one that breaks a rule, one that is not there, and the conformance mode.
set -eu
cd "$(dirname "$0")/../../.."
export PYTHONPATH=$PWD/tests

# What is needed before action.yml's own first step: GitHub's runners have a Python.
command -v python3 >/dev/null || apt-get install -q -y --no-install-recommends python3 >/dev/null

try() { # EXPECTED INPUT=VALUE...
	local due=$1 status=0
	shift
	python3 -m tools.action.steps "$@" || status=$?
	[ "$status" = "$due" ] || { echo "try: $*: exit code $status, must be $due" >&2 && exit 1; }
	echo "try: $*: $status, as it must be"
}

try 0 mode=conformance smp=2 refhv=violations=note
make --no-print-directory -s build/guest-clock.efi build/guest-holes.efi
try 0 program=build/guest-clock.efi smp=2 timeout=120
try 1 program=build/guest-holes.efi refhv= smp=2 timeout=120
try 1 program=build/nothing.efi
try 1 mode=other
echo "try: all is well"
