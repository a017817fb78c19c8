#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Put what machines of more than 255 processors want beside the system's own: a QEMU whose TCG has
# an x2APIC (9.0 or later), and for more than 512 an OVMF that has room for their stacks (2024 or
# later). The system's own packages, package lists and configuration stay as they are: apt works on
# a list of sources and a state that lie in that directory, and nothing is installed.
#   scripts/deps-scale.sh DIR     leaves qemu-system-x86_64, OVMF_CODE_4M.fd and
#                                 OVMF_VARS_4M.fd there
# Where the system's own QEMU is new enough nothing is done. Needs no root.
set -eu

dir=${1:?usage: deps-scale.sh DIR}
needed=9
suite=bookworm-backports # QEMU, and what libraries it wants newer
firmware_suite=trixie    # OVMF, which is no program of this machine's

major_of() {
	"$1" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\)\..*/\1/p'
}

is_new_enough() {
	local major
	[ -x "$1" ] || return 1
	major=$(major_of "$1")
	[ "${major:-0}" -ge $needed ]
}

system=$(command -v qemu-system-x86_64 || true)
if is_new_enough "$system"; then
	echo "deps-scale: $system is version $(major_of "$system"): nothing to do"
	exit 0
fi
if is_new_enough "$dir/qemu-system-x86_64" && [ -e "$dir/OVMF_VARS_4M.fd" ]; then
	echo "deps-scale: $dir is complete: nothing to do"
	exit 0
fi

codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release 2>/dev/null || true)
if [ "$codename" != bookworm ]; then
	echo "deps-scale: only for Debian 12; elsewhere install QEMU $needed, or give QEMU=" >&2
	exit 1
fi

# The mirror that the system uses itself; its keys are those of the system, too.
mirror=$(cat /etc/apt/sources.list \
	/etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list \
	2>/dev/null | sed -n -e 's|^URIs: *\(http[^ ]*/debian/\{0,1\}\)$|\1|p' \
	-e 's|^deb .*\(http[^ ]*/debian/\{0,1\}\) bookworm .*|\1|p' | head -n 1)
mirror=${mirror:-http://deb.debian.org/debian}

rm -rf "$dir"
mkdir -p "$dir/apt"
dir=$(cd "$dir" && pwd)

# private NAME SUITE...: apt's options for a state of its own that knows these suites and no others
private() {
	local state=$dir/apt/$1
	shift
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	local key=/usr/share/keyrings/debian-archive-keyring.gpg
	printf "deb [signed-by=$key] $mirror %s main\n" "$@" >"$state/sources.list"
	apt=(
		-q -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=-
		-o Dir::Etc::Parts=- -o "Dir::State::Lists=$state/lists"
		-o "Dir::Cache=$state/cache"
		-o "Dir::State::extended_states=$state/extended_states" -o "Dir::Log=$state"
		-o "APT::Sandbox::User=$(id -un)" -o Acquire::Languages=none -o Debug::NoLocking=1
	)
	apt-get "${apt[@]}" update
}

echo "deps-scale: fetching QEMU from $suite, OVMF from $firmware_suite ($mirror)"
private qemu bookworm $suite
# Against the packages that are installed here: QEMU, and libraries only where it wants newer ones.
apt-get "${apt[@]}" install -y --download-only --no-install-recommends -t $suite qemu-system-x86
private ovmf $firmware_suite
(cd "$dir/apt/qemu/cache/archives" && apt-get "${apt[@]}" download ovmf)

mkdir "$dir/root"
for package in "$dir"/apt/qemu/cache/archives/*.deb; do
	dpkg-deb -x "$package" "$dir/root"
done
rm -rf "$dir/apt"
cp "$dir"/root/usr/share/OVMF/OVMF_{CODE,VARS}_4M.fd "$dir"

cat >"$dir/qemu-system-x86_64" <<'END'
#!/bin/sh
# Written by scripts/deps-scale.sh.
root=$(dirname "$(readlink -f "$0")")/root
lib=$root/usr/lib/x86_64-linux-gnu
export QEMU_MODULE_DIR="$lib/qemu" LD_LIBRARY_PATH="$lib"
exec "$root/usr/bin/qemu-system-x86_64" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" \
	-L /usr/share/seabios "$@"
END
chmod +x "$dir/qemu-system-x86_64"
if ! is_new_enough "$dir/qemu-system-x86_64"; then
	echo "deps-scale: what $suite has does not run here: $dir/qemu-system-x86_64 --version" >&2
	exit 1
fi
echo "deps-scale: $dir/qemu-system-x86_64 is version $(major_of "$dir/qemu-system-x86_64")"
