/* SPDX-License-Identifier: MIT */
/* Which version this is. Private to kernel/. */
#pragma once

/* "v1.0-3-g0123abc", "-dirty" behind it where files differ from the commit. */
extern const char kernel_version[];
