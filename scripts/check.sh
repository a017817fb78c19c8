#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Everything that can be said about the sources without running them: the tool behind `make check`.
#   scripts/check.sh OUT MAKE EFI_CFLAGS EFI_INCLUDE
# Each step says its name; one that fails does not stop the others; exit 1 if any failed.
set -u

out=$1 make=$2 cflags=$3 efi_include=$4
jobs=$(nproc)
mkdir -p "$out"
export PYTHONPYCACHEPREFIX="$out/pycache"
python=/usr/bin/python3
[ -x "$python" ] || python=python3

rooms=(boot kernel screen conform smp start hv arch acpi lib)
mapfile -t sources < <(find "${rooms[@]}" examples tests -name '*.[ch]' | sort)
mapfile -t units < <(find "${rooms[@]}" examples tests/{refhv,spoil,guests,lab} -name '*.c' \
	-not -path '*/aarch64/*' | sort)
# ARM64's own files, where there is a compiler for them; the others are the same for both.
mapfile -t arm_units < <(command -v aarch64-linux-gnu-gcc >/dev/null &&
	find "${rooms[@]}" tests/{refhv,spoil} -path '*/aarch64/*.c' | sort)
arm_make=("$make" --no-print-directory -j "$jobs" ARCH=aarch64)
mapfile -t shells < <(grep -lE '^#!.*\b(ba)?sh\b' -r .ci scripts tests | sort)
mapfile -t pythons < <(find scripts tests -name '*.py' | sort)
mapfile -t powershells < <(find scripts tests -name '*.ps[1m]*' | sort)

failed=()
step() { # NAME COMMAND...: run it, quietly if it succeeds
	local name=$1 start=$SECONDS
	shift
	if "$@" >"$out/$name.log" 2>&1; then
		printf '%-14s ok (%d s)\n' "$name" $((SECONDS - start))
	else
		printf '%-14s FAILED (%d s)\n' "$name" $((SECONDS - start))
		grep -v ' warnings* generated\.$' "$out/$name.log" | tail -n 60
		failed+=("$name")
	fi
}

format() { clang-format --dry-run -Werror "${sources[@]}"; }

# Pointers: labels of one NASM file and of the linker script look like objects of their own.
cppcheck_all() {
	cppcheck --std=c11 --platform=unix64 --enable=warning,performance,portability \
		--inline-suppr --error-exitcode=1 --quiet -j "$jobs" -I . \
		--suppress=missingIncludeSystem --suppress=unknownMacro --suppress=comparePointers \
		--suppress=subtractPointers \
		--suppress=normalCheckLevelMaxBranches \
		"$@" -I "$out/clang/gen"
}
cppcheck_x86() { cppcheck_all -I{arch,hv,kernel,smp}/x86_64 "${units[@]}"; }
cppcheck_arm() { cppcheck_all -D__aarch64__=1 -I{arch,hv,kernel,smp}/aarch64 "${arm_units[@]}"; }

# One process a file: the stub and the reference hypervisor's loader see GNU-EFI, the rest must not.
tidy_one() {
	local efi=()
	case $1 in
	boot/aarch64/* | tests/refhv/aarch64/loader/* | tests/spoil/aarch64/*)
		efi=(-isystem "$efi_include" -isystem efi)
		;;
	boot/* | examples/* | tests/refhv/loader/* | tests/spoil/* | tests/guests/* | tests/lab/*)
		efi=(-DGNU_EFI_USE_MS_ABI -isystem "$efi_include" -isystem "$efi_include/x86_64")
		;;
	esac
	# shellcheck disable=SC2086  # the flags are words
	clang-tidy --quiet --warnings-as-errors='*' "$1" -- \
		$cflags "${efi[@]}" -I. -I"$out/clang/gen"
}
tidy() { # FLAGS FILE...
	export -f tidy_one
	export efi_include out
	export cflags=$1
	printf '%s\n' "${@:2}" | xargs -P "$jobs" -I{} bash -c 'tidy_one {}'
}
tidy_arm() {
	tidy "--target=aarch64-linux-gnu $("${arm_make[@]}" print-EFI_CFLAGS)" "${arm_units[@]}"
}

# The rules of the house, scripts/rooms.toml.
build=$(dirname "$out")
rule() { "$python" -m "tools.check.$1" "${@:2}"; }
symbols() { # of both compilers
	"$make" --no-print-directory -j "$jobs" BUILD="$build" all &&
		rule symbols "$build/obj" "$out/clang/obj"
}

build_clang() { "$make" --no-print-directory -j "$jobs" BUILD="$out/clang" CC=clang all; }

# Both compilers, as for x86-64; ld.lld is not asked for, so what clang made is not linked.
build_arm() {
	"${arm_make[@]}" BUILD="$build/aarch64" all &&
		"${arm_make[@]}" BUILD="$out/aarch64" CC='clang --target=aarch64-linux-gnu' all
}

symbols_arm() { rule symbols --arch aarch64 "$build/aarch64/obj" "$out/aarch64/obj"; }

schema() {
	"$python" - <<'END'
import json
import re
import jsonschema

for name in ("report", "report-arm64", "conformance", "bench"):
    jsonschema.Draft202012Validator.check_schema(json.load(open(f"docs/{name}.schema.json")))
schema = json.load(open("docs/report.schema.json"))
samples = re.findall(r"```json\n(.*?)```", open("docs/report.md").read(), re.DOTALL)
assert samples, "docs/report.md has no sample"
for sample in samples:
    jsonschema.Draft202012Validator(schema).validate(json.loads(sample))
END
}

# What a reader should never meet in the sources.
leftovers() { ! grep -nE 'TODO|FIXME|XXX' "${sources[@]}" "${pythons[@]}" "${powershells[@]}"; }

spdx() {
	local without
	without=$(grep -L 'SPDX-License-Identifier: MIT' "${sources[@]}" "${shells[@]}" \
		"${pythons[@]}" "${powershells[@]}")
	[ -z "$without" ] || { echo "no SPDX line: $without" && return 1; }
}

step format format
step shellcheck shellcheck "${shells[@]}"
step python "$python" -m py_compile "${pythons[@]}"
step pyflakes "$python" -m pyflakes "${pythons[@]}"
step schema schema
step faults "$python" -m tools.check.fault_rows --check
step refhv-faults "$python" -m tools.check.refhv_faults --check
step leftovers leftovers
step spdx spdx
step includes rule includes "$build"
step headers rule headers
step architecture rule architecture
step width rule width
step clang-build build_clang
step symbols symbols
step refhv-wings "$python" -m tools.check.wings "$out/clang/obj"
step cppcheck cppcheck_x86
step clang-tidy tidy "$cflags" "${units[@]}"
if [ ${#arm_units[@]} != 0 ]; then
	step arm64-build build_arm
	step arm64-symbols symbols_arm
	step arm64-cppcheck cppcheck_arm
	step arm64-tidy tidy_arm
fi

if [ ${#failed[@]} != 0 ]; then
	echo "check: ${failed[*]} failed; whole logs in $out/"
	exit 1
fi
echo "check: all is well"
