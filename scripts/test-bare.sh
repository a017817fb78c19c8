#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Run the two commands of README.md in a bare root of another release: behind `make test-bare`.
#   scripts/test-bare.sh SUITE DIRECTORY MINUTES COMMAND
# As root, with debootstrap. DIRECTORY/base is what debootstrap made, once; DIRECTORY/root a copy of
# it and of the committed tree, made anew for each run, with COMMAND's files in /hvsmp/build.
# Mirror, proxies and name server are the host's own; BARE_MIRROR= and BARE_KEYRING= say otherwise.
set -eu

fail() { echo "test-bare: $*" >&2 && exit 1; }

suite=${1-} where=${2-} minutes=${3-} command=${4-}
tree=$(cd "$(dirname "$0")/.." && pwd)

case $suite in
bookworm | trixie | forky | sid)
	label=Debian mirror=http://deb.debian.org/debian components=main script=sid
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	;;
jammy | noble)
	label=Ubuntu mirror=http://archive.ubuntu.com/ubuntu components=main,universe script=gutsy
	keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
	;;
"") fail "which release? SUITE=bookworm, trixie, forky, sid, jammy or noble" ;;
*) fail "knows bookworm, trixie, forky, sid, jammy and noble, not '$suite'" ;;
esac
[ "$(id -u)" = 0 ] || fail "a root is made by root: sudo make test-bare SUITE=$suite"
PATH=$PATH:/usr/sbin:/sbin
command -v debootstrap >/dev/null || fail "there is no debootstrap: install its package"
command -v unshare >/dev/null || fail "there is no unshare: install util-linux"
keyring=${BARE_KEYRING:-$keyring}
[ -e "$keyring" ] || fail "there is no $keyring, which signs $label's packages: BARE_KEYRING="

# Where this machine's apt finds archives of a label ("Debian", "Debian-Security", "Ubuntu").
host_mirror() {
	command -v apt-get >/dev/null || return 0
	# shellcheck disable=SC2016  # apt's variables, not ours
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Label: $1" 2>/dev/null |
		grep '^http' | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }'
}
found=$(host_mirror "$label")
mirror=${BARE_MIRROR:-${found:-$mirror}}

# Under another name until it is whole. A script by name: an older debootstrap knows no newer
# release.
make_base() {
	rm -rf "$where/base.new"
	mkdir -p "$where"
	script=/usr/share/debootstrap/scripts/$script
	log=$where/debootstrap.log
	debootstrap --variant=minbase --include=make,git,ca-certificates \
		--components="$components" --keyring="$keyring" \
		"$suite" "$where/base.new" "$mirror" "$script" >"$log" 2>&1 ||
		{ tail -n 5 "$log" >&2 && fail "debootstrap failed: $log"; }
	mv "$where/base.new" "$where/base"
}

# The release as people have it: with its updates, and by this machine's way to the archive.
configure() {
	local etc=$1/etc security
	security=$(host_mirror Debian-Security)
	{
		echo "deb $mirror $suite ${components//,/ }"
		case $suite in
		sid) ;;
		jammy | noble)
			echo "deb $mirror $suite-updates ${components//,/ }"
			echo "deb $mirror $suite-security ${components//,/ }"
			;;
		*)
			echo "deb $mirror $suite-updates main"
			security=${security:-http://deb.debian.org/debian-security}
			echo "deb $security $suite-security main"
			;;
		esac
	} >"$etc/apt/sources.list"
	if command -v apt-config >/dev/null; then
		apt-config dump |
			grep -E '^Acquire::(https?::|Check-Date|Check-Valid-Until|Retries)' \
				>"$etc/apt/apt.conf.d/99host" || true
	fi
	rm -f "$etc/resolv.conf" # often a link
	cp -L /etc/resolv.conf /etc/hosts "$etc/"
}

# In name spaces of their own: however this ends, no mount and no process is left.
# shellcheck disable=SC2016  # for the shell in there
inside='
	set -eu
	mount -t proc proc "$1/proc"
	mount --rbind /sys "$1/sys"
	mount --rbind /dev "$1/dev"
	mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
	exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		TERM=dumb LANG=C.UTF-8 \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		${no_proxy:+no_proxy="$no_proxy"} /bin/sh -c "cd /hvsmp && $2"
'

if [ ! -d "$where/base" ]; then
	echo "test-bare: debootstrap of $suite from $mirror"
	make_base
fi
root=$where/root
rm -rf "$root"
cp -a "$where/base" "$root"
configure "$root"
git -c advice.detachedHead=false clone -q --no-hardlinks "$tree" "$root/hvsmp" ||
	fail "the committed tree is copied with git, out of a clone"
echo "test-bare: $suite, $(git -C "$tree" describe --tags --always): $command"
start=$SECONDS status=0
timeout --foreground --signal=KILL "${minutes}m" \
	unshare --mount --pid --fork --kill-child sh -c "$inside" sh "$root" "$command" || status=$?
[ $status != 137 ] || fail "stopped after $minutes minutes (MINUTES=): $command"
[ $status = 0 ] ||
	fail "$suite: exit code $status after $((SECONDS - start)) s: $command; see $root/hvsmp"
echo "test-bare: $suite: all is well after $((SECONDS - start)) s"
