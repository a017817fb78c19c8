/* SPDX-License-Identifier: MIT */
/* The synthetic timers of a SynIC: their MSRs, for synic.c. */
#pragma once

#include "tests/refhv/calls/synic.h"

uint64_t stimer_read(const struct synic *s, uint32_t msr);
/* Expire what is due, deliver what has waited. */
void stimer_run(struct synic *s, uint64_t now);
void stimer_write(struct synic *s, uint32_t msr, uint64_t value, uint64_t now);
