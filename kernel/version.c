/* SPDX-License-Identifier: MIT */
/* Which version this is, from the Makefile: `git describe`. The only file that is built anew for it. */
#include "kernel/internal.h"

#ifndef HVSMP_VERSION
#define HVSMP_VERSION "unversioned" /* lifted into another tree */
#endif

const char kernel_version[] = HVSMP_VERSION;
