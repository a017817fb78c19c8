/* SPDX-License-Identifier: MIT */
/* panic=, panic_by=: a panic on purpose. Private to kernel/. */
#pragma once

#include "kernel/options.h"
#include "smp/smp.h"

/* Before smp_start_all. */
void provoke_prepare(const struct options *options);
/* Every AP once it has proved itself; does not return on the one that is to panic. */
void provoke_on_ap(struct cpu *cpu);
/* Boot processor, after smp_start_all. */
void provoke_run(const struct options *options);
