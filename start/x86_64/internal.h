/* SPDX-License-Identifier: MIT */
/* What init_sipi.c offers the other shapes. */
#pragma once

#include "start/x86_64/init_sipi.h"

void hvsmp_sipi_init(struct hvsmp_init_sipi *sipi, struct hvsmp_cpu *cpu);
void hvsmp_sipi_startup(struct hvsmp_init_sipi *sipi, struct hvsmp_cpu *cpu);
void hvsmp_sipi_wait(struct hvsmp_start *start, uint64_t ns);
