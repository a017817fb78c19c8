/* SPDX-License-Identifier: MIT */
/* The version, from the Makefile: `git describe`. The only file that is built anew for it. */
#include "kernel/version.h"

#ifndef HVSMP_VERSION
#define HVSMP_VERSION "unversioned" /* lifted into another tree */
#endif

const char kernel_version[] = HVSMP_VERSION;
