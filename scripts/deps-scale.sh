#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Put a QEMU whose TCG has an x2APIC (9.0 or later) into a directory of its own, for machines of more
# than 255 processors. The system's own QEMU, package lists and configuration stay as they are: apt
# works on a list of sources and a state that lie in that directory, and nothing is installed.
#   scripts/deps-scale.sh DIR     leaves DIR/qemu-system-x86_64, which starts it
# Where the system's own QEMU is new enough nothing is done. Needs no root.
set -eu

dir=${1:?usage: deps-scale.sh DIR}
needed=9
suite=bookworm-backports

major_of() {
	"$1" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\)\..*/\1/p'
}

for qemu in "$dir/qemu-system-x86_64" "$(command -v qemu-system-x86_64 || true)"; do
	[ -x "$qemu" ] || continue
	major=$(major_of "$qemu")
	if [ "${major:-0}" -ge $needed ]; then
		echo "deps-scale: $qemu is version $major: nothing to do"
		exit 0
	fi
done

codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release 2>/dev/null || true)
if [ "$codename" != bookworm ]; then
	echo "deps-scale: only for Debian 12; elsewhere install QEMU $needed or later, or give QEMU=" >&2
	exit 1
fi

# The mirror that the system uses itself; its keys are those of the system, too.
mirror=$(sed -n -e 's|^URIs: *\(http[^ ]*/debian/\{0,1\}\)$|\1|p' \
	-e 's|^deb .*\(http[^ ]*/debian/\{0,1\}\) bookworm .*|\1|p' \
	/etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
	head -n 1)
mirror=${mirror:-http://deb.debian.org/debian}

mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
dir=$(cd "$dir" && pwd)
cat >"$dir/apt/sources.list" <<END
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main
END
apt=(
	-q -o "Dir::Etc::SourceList=$dir/apt/sources.list" -o Dir::Etc::SourceParts=- -o Dir::Etc::Parts=-
	-o "Dir::State::Lists=$dir/apt/lists" -o "Dir::Cache=$dir/apt/cache"
	-o "Dir::State::extended_states=$dir/apt/extended_states" -o "Dir::Log=$dir/apt"
	-o "APT::Sandbox::User=$(id -un)" -o Acquire::Languages=none -o Debug::NoLocking=1
)
echo "deps-scale: fetching QEMU from $suite ($mirror)"
apt-get "${apt[@]}" update
# Against the packages that are installed here: QEMU, and libraries only where it wants newer ones.
apt-get "${apt[@]}" install -y --download-only --no-install-recommends -t $suite qemu-system-x86

rm -rf "$dir/root"
mkdir "$dir/root"
for package in "$dir"/apt/cache/archives/*.deb; do
	dpkg-deb -x "$package" "$dir/root"
done
rm -rf "$dir/apt/cache" "$dir/apt/lists"

lib=$dir/root/usr/lib/x86_64-linux-gnu
cat >"$dir/qemu-system-x86_64" <<END
#!/bin/sh
# Written by scripts/deps-scale.sh.
export QEMU_MODULE_DIR=$lib/qemu LD_LIBRARY_PATH=$lib
exec $dir/root/usr/bin/qemu-system-x86_64 -L $dir/root/usr/share/qemu -L $dir/root/usr/share/seabios \\
	-L /usr/share/seabios "\$@"
END
chmod +x "$dir/qemu-system-x86_64"
major=$(major_of "$dir/qemu-system-x86_64")
if [ "${major:-0}" -lt $needed ]; then
	echo "deps-scale: what $suite has does not run here: $dir/qemu-system-x86_64 --version" >&2
	exit 1
fi
echo "deps-scale: $dir/qemu-system-x86_64 is version $major"
