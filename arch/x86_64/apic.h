/* SPDX-License-Identifier: MIT */
/*
 * Private: what xapic.c and x2apic.c both offer. The interrupt command register's low half has the
 * same layout in both modes (SDM figures 11-12 and 11-28).
 */
#pragma once

#include "arch/x86_64/cpu.h"

#define ICR_FIXED        0x00004000U /* delivery mode fixed, level assert; vector in 7:0 */
#define ICR_INIT         0x00004500U /* delivery mode INIT, level assert */
#define ICR_NMI          0x00004400U /* delivery mode NMI, level assert */
#define ICR_STARTUP      0x00004600U /* delivery mode start-up, level assert; vector in 7:0 */

#define ICR_ALL_BUT_SELF 0x000C0000U /* destination shorthand */

#define APIC_BASE_ENABLE (1UL << 11)

enum { XAPIC_SVR = 0xF0 };
#define SVR_ENABLE 0x1FFU /* software enable, spurious vector 0xFF */

struct apic_ops {
	void (*enable)(void);
	uint32_t (*id)(void);
	enum err (*send)(uint32_t apic_id, uint32_t command);
	/* A register by its xAPIC offset. */
	void (*write)(unsigned int reg, uint32_t value);
	uint32_t (*read)(unsigned int reg);
};

extern const struct apic_ops xapic_ops, x2apic_ops;
void xapic_set_registers(uint64_t address);
uint64_t xapic_registers(void);
