/* SPDX-License-Identifier: MIT */
/* The rows that only x86-64 has. */
#pragma once

#include "tests/spoil/spoil.h"

void cpu_aps(char *value);
void cpu_bsp(char *value);
void cpu_cr4(char *value);
