/* SPDX-License-Identifier: MIT */
/*
 * The drop: what the firmware has in EL2's registers goes into EL1's, the image is copied into the
 * arena, and the processor goes through the copy to EL1, where the firmware and the loader go on.
 */
#include "tests/refhv/aarch64/loader/load.h"

#define HOST_BITS 39U

static void set_el1(void)
{
	uint64_t tcr = READ_SYSREG(tcr_el2);

	WRITE_SYSREG(mair_el1, READ_SYSREG(mair_el2));
	WRITE_SYSREG(ttbr0_el1, READ_SYSREG(ttbr0_el2));
	WRITE_SYSREG(ttbr1_el1, 0);
	WRITE_SYSREG(vbar_el1, READ_SYSREG(vbar_el2));
	WRITE_SYSREG(tcr_el1, (tcr & TCR_EL1_SAME) | TCR_EL1_EPD1 | TCR_EL1_PS(TCR_EL2_PS(tcr)));
	WRITE_SYSREG(sctlr_el1, SCTLR_EL1_ON);
	WRITE_SYSREG(cpacr_el1, CPACR_FPEN);
}

void drop(void)
{
	static struct guest_entry entry;

	hv.notify_site = (uint64_t)loader_notify_site;
	stage2_create();
	host_registers.mair = MAIR_NORMAL;
	host_registers.ttbr0 = host_table();
	host_registers.tcr = TCR_EL2_RES1 | (64 - HOST_BITS) | TCR_WALKS_CACHED |
			     (READ_SYSREG(id_aa64mmfr0_el1) & 7) << TCR_PS_SHIFT;
	set_el1();
	entry.host = host_registers;
	entry.vp = hv.bsp;
	hv.cfg.faults.struck = NULL; /* of this image; the copy's is set by arrive.c */
	entry.host_function = resident_copy(hv.image, el2_from_loader);
	/* Translation is off for a moment, and off where other processors come in. */
	cpu_clean((const void *)hv.arena.start, hv.arena.end - hv.arena.start);
	cpu_clean(loader_drop, (uint64_t)loader_drop_end - (uint64_t)loader_drop);
	loader_drop(&entry);
}
