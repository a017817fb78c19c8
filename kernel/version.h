/* SPDX-License-Identifier: MIT */
/* The kernel's version. Private to kernel/. */
#pragma once

/* "v1.0-3-g0123abc", "-dirty" behind it where files differ from the commit. */
extern const char kernel_version[];
