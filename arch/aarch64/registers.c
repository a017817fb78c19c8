/* SPDX-License-Identifier: MIT */
/*
 * The registers that a started processor can read back, by name, and the comparison of all of them.
 * What the hypervisor gives besides them is not documented: of it only the Exception level and the
 * choice of the stack pointer are held against what the entry code needs.
 */
#include "arch/aarch64/cpu.h"
#include "lib/string.h"

enum { LEVEL_EL1 = 1 << 2, SPSEL_SP_EL1 = 1 };

static const char names[][8] = {
	/* in place: pointers would have to be relocated */
	"sp", "sctlr", "mair", "tcr", "vbar", "ttbr0", "ttbr1", "x18", "el", "spsel",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == ARCH_REGISTERS, "as this_arch.h says");

const char *arch_register_name(unsigned int reg)
{
	return reg < ARCH_REGISTERS ? names[reg] : "?";
}

void arch_cpu_compare(const struct arch_cpu *cpu, arch_register_fn fn, void *ctx)
{
	const struct arch_state *w = &cpu->wanted;
	const uint64_t pairs[ARCH_REGISTERS][2] = {
		{w->sp_el1, cpu->found_sp},         {w->sctlr, READ_SYSREG(sctlr_el1)},
		{w->mair, READ_SYSREG(mair_el1)},   {w->tcr, READ_SYSREG(tcr_el1)},
		{w->vbar, READ_SYSREG(vbar_el1)},   {w->ttbr0, READ_SYSREG(ttbr0_el1)},
		{w->ttbr1, READ_SYSREG(ttbr1_el1)}, {w->x18, cpu->found_x18},
		{LEVEL_EL1, cpu->found_level},      {SPSEL_SP_EL1, cpu->found_spsel},
	};

	for (unsigned int reg = 0; reg < ARCH_REGISTERS; reg++)
		fn(ctx, reg, pairs[reg][0], pairs[reg][1]);
}
