#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Install what building, running and testing need, and nothing that is there already.
#   scripts/deps.sh           install what is missing (apt, dnf or pacman; as root or through sudo)
#   scripts/deps.sh --check   install nothing; name what the build lacks and exit 1
# With ARCH=aarch64 in the environment, what ARM64 needs as well; with DEPS_FOR="build run" only
# what these need.
set -eu

# One need a line: how to see that it is there, then its package in Debian/Ubuntu, Fedora, Arch.
# "cmd:" a command, "file:" any of some files (shell patterns), "py:" a module of /usr/bin/python3,
# "lib:" an object the C compiler knows, "fuzz:" a compiler that links with libFuzzer. The second
# word says who needs it: the build, or others; with arm64- before it, for ARM64 alone. "-": that
# family has no such package.
needs() {
	cat <<-'END'
		cmd:gcc                                   build gcc gcc gcc
		cmd:make                                  build make make make
		cmd:objcopy                               build binutils binutils binutils
		cmd:nasm                                  build nasm nasm nasm
		cmd:python3                               build python3 python3 python
		file:/usr/include/efi/efi.h               build gnu-efi gnu-efi-devel gnu-efi
		file:/usr/share/consolefonts/Uni2-Terminus16.psf.gz,/usr/*/kbd/consolefonts/ter-u16n.psf.gz build console-setup-linux terminus-fonts-console terminus-font
		cmd:qemu-system-x86_64                    run qemu-system-x86 qemu-system-x86 qemu-system-x86
		file:/usr/share/*/OVMF_CODE*,/usr/share/*/*/OVMF_CODE* run ovmf edk2-ovmf edk2-ovmf
		cmd:mcopy                                 run mtools mtools mtools
		cmd:openssl                               run openssl openssl openssl
		cmd:sbsign                                run sbsigntool sbsigntools sbsigntools
		cmd:flash-var                             run efitools efitools efitools
		cmd:faketime                              run faketime libfaketime libfaketime
		file:/usr/sbin/sfdisk,/usr/bin/sfdisk     run fdisk util-linux util-linux
		file:/usr/bin/grub-mkimage,/usr/bin/grub2-mkimage run grub-common grub2-tools grub
		file:/usr/lib/grub/x86_64-efi/chain.mod   run grub-efi-amd64-bin grub2-efi-x64-modules grub
		cmd:xorriso                               run xorriso xorriso libisoburn
		cmd:qemu-img                              run qemu-utils qemu-img qemu-img
		cmd:gdb                                   run gdb gdb gdb
		file:/usr/include/stdlib.h                build libc6-dev glibc-devel glibc
		file:/usr/include/cmocka.h                test libcmocka-dev libcmocka-devel cmocka
		lib:libasan.so                            test gcc libasan gcc
		lib:libubsan.so                           test gcc libubsan gcc
		lib:libtsan.so                            test gcc libtsan gcc
		fuzz:clang                                test libclang-rt-dev compiler-rt compiler-rt
		cmd:spin                                  test spin - -
		cmd:gcovr                                 test gcovr gcovr -
		py:jsonschema                             test python3-jsonschema python3-jsonschema python-jsonschema
		cmd:bison                                 guests bison bison bison
		cmd:flex                                  guests flex flex flex
		cmd:bc                                    guests bc bc bc
		file:/usr/include/libelf.h                guests libelf-dev elfutils-libelf-devel libelf
		py:matplotlib                             bench python3-matplotlib python3-matplotlib python-matplotlib
		cmd:clang                                 check clang clang clang
		cmd:clang-format                          check clang-format clang-tools-extra clang
		cmd:clang-tidy                            check clang-tidy clang-tools-extra clang
		cmd:cppcheck                              check cppcheck cppcheck cppcheck
		cmd:g++                                   check g++ gcc-c++ gcc
		py:pyflakes                               check python3-pyflakes python3-pyflakes python-pyflakes
		cmd:shellcheck                            check shellcheck ShellCheck shellcheck
		cmd:aarch64-linux-gnu-gcc                 arm64-build gcc-aarch64-linux-gnu gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc
		cmd:aarch64-linux-gnu-objcopy             arm64-build binutils-aarch64-linux-gnu binutils-aarch64-linux-gnu aarch64-linux-gnu-binutils
		cmd:qemu-system-aarch64                   arm64-run qemu-system-arm qemu-system-aarch64 qemu-system-aarch64
		cmd:gdb-multiarch                         arm64-run gdb-multiarch - -
		file:/usr/share/AAVMF/AAVMF_CODE.fd,/usr/share/edk2/aarch64/*CODE* arm64-run qemu-efi-aarch64 edk2-aarch64 edk2-aarch64
	END
}

python=/usr/bin/python3
[ -x "$python" ] || python=python3

present() {
	local what=${1#*:}
	case $1 in
	cmd:*) command -v "$what" >/dev/null ;;
	file:*) compgen -G "${what%%,*}" >/dev/null || compgen -G "${what##*,}" >/dev/null ;;
	py:*) "$python" -c "import $what" 2>/dev/null ;;
	fuzz:*)
		echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
			"$what" -fsanitize=fuzzer,address,undefined -x c - -o /dev/null 2>/dev/null
		;;
	lib:*) command -v gcc >/dev/null && [ "$(gcc -print-file-name="$what")" != "$what" ] ;;
	esac
}

# Print the packages that are missing, in the names of the given family (1 apt, 2 dnf, 3 pacman);
# with a second argument only those that this user (build) needs.
missing() {
	local probe user apt dnf pacman
	needs | while read -r probe user apt dnf pacman; do
		[ "$user" = "${user#arm64-}" ] || [ "${ARCH-}" = aarch64 ] || continue
		[ -z "${2-}" ] || [ "$2" = "${user#arm64-}" ] || continue
		[ -z "${DEPS_FOR-}" ] || [[ " $DEPS_FOR " == *" ${user#arm64-} "* ]] || continue
		present "$probe" && continue
		case $1 in 1) echo "$apt" ;; 2) echo "$dnf" ;; 3) echo "$pacman" ;; esac
	done | grep -vx -e - | sort -u
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "deps: neither root nor sudo; as root, run: $*" >&2
		exit 1
	fi
}

if command -v apt-get >/dev/null; then
	family=1
elif command -v dnf >/dev/null; then
	family=2
elif command -v pacman >/dev/null; then
	family=3
else
	family=0
fi

if [ "${1-}" = --check ]; then
	mapfile -t packages < <(missing "$((family ? family : 1))" build)
	[ ${#packages[@]} = 0 ] && exit 0
	echo "The build lacks: ${packages[*]}. Install these packages, or run: make deps" >&2
	exit 1
fi

mapfile -t packages < <(missing "$((family ? family : 1))")
if [ ${#packages[@]} = 0 ]; then
	exit 0
fi
echo "deps: installing ${packages[*]}"
case $family in
# All in one call: what comes from one source, as QEMU for several machines, must be of one version.
# A QEMU named alone may push out the other, so one that is there is named with one that is to come.
1)
	case " ${packages[*]} " in
	*" qemu-system-arm "*) packages+=(qemu-system-x86) ;;
	*" qemu-system-x86 "*) ! present cmd:qemu-system-aarch64 || packages+=(qemu-system-arm) ;;
	esac
	as_root apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends "${packages[@]}"
	;;
2) as_root dnf install -y "${packages[@]}" ;;
3) as_root pacman -S --needed --noconfirm "${packages[@]}" ;;
*)
	echo "deps: no apt-get, dnf or pacman here; install the like of: ${packages[*]}" >&2
	exit 1
	;;
esac
mapfile -t packages < <(missing "$family")
if [ ${#packages[@]} != 0 ]; then
	echo "deps: still missing after the installation: ${packages[*]}" >&2
	exit 1
fi
