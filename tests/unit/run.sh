#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh - run test binaries and sum up: one line for each, the output of those that fail, and at
# the end `N passed, N failed, N skipped`. A binary that dies (a sanitizer's report, a signal, a
# time limit) counts as one failure more. Exit status 0 only if nothing failed.

LIMIT=${DMARELAY_TEST_LIMIT:-120}	# seconds a binary
passed=0 failed=0 skipped=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

for test in "$@"; do
	CMOCKA_MESSAGE_OUTPUT=TAP timeout "$LIMIT" "$test" >"$out" 2>&1
	status=$?
	# cmocka writes "not ok N # SKIP name" for what was skipped, and may glue "not ok N" to a long
	# message.
	s=$(grep -c '^not ok [0-9]* # SKIP' "$out")
	f=$(grep -c 'not ok [0-9][0-9]* [-#] ' "$out")
	f=$((f - s))
	p=$(grep -c '^ok [0-9]' "$out")
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$out")
	if [ "$status" -ne 0 ] && [ "$f" -eq 0 ] || [ $((p + f + s)) -ne "${planned:-0}" ]; then
		f=$((f + 1))
		echo "$(basename "$test"): died with status $status"
	fi
	echo "$(basename "$test"): $p passed, $f failed, $s skipped"
	if [ "$f" -ne 0 ]; then
		cat "$out"
	else
		grep '# SKIP\|^seed' "$out"
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
