/* SPDX-License-Identifier: MIT */
/* What of the kernel only some architectures have. */
#pragma once

/* Rows of MODES (modes.h): none yet. */
#define ARCH_MODES(ROW)

#define REPORT_SCHEMA  "hvsmp-report-arm64/1"
#define REPORT_ARCH(j) json_string(j, "arch", "aarch64")
#define REPORT_IPI     "sgi"
