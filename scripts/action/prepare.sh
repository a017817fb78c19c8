#!/bin/bash
# SPDX-License-Identifier: MIT
#
# First step of action.yml: what building and booting need, and the two images.
set -eu
cd "$(dirname "$0")/../.."

command -v make >/dev/null || { echo "hvsmp: this wants make" >&2 && exit 1; }
DEPS_FOR="build run" scripts/deps.sh
# An action is often no clone: the version is the file's then.
make --no-print-directory -j "$(nproc)" build/hvsmp.efi build/refhv.efi
