/* SPDX-License-Identifier: MIT */
/* Everything that lives as long as the kernel: made by the set-up, handed to the mode. */
#pragma once

#include "kernel/kernel.h"
#include "kernel/options.h"
#include "kernel/platform.h"
#include "kernel/vtl.h"
#include "lib/pages.h"
#include "smp/smp.h"

struct kernel {
	const struct boot_info *boot;
	uint64_t entry_tsc;
	struct options options;
	struct pages pages;
	struct platform platform;
	struct topology topology;
	struct smp smp;
	struct vtl vtl;
};
