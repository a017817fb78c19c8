/* SPDX-License-Identifier: MIT */
/*
 * The registers that a started processor can read back, by name, and the comparison of all of them.
 */
#include "arch/x86_64/x86.h"
#include "lib/string.h"

/* CF, PF, AF, ZF, SF and OF have been changed by the entry code by the time they are read. */
#define RFLAGS_ARITHMETIC 0x8D5UL

static const struct {
	char name[12]; /* in place: a pointer would have to be relocated */
	uint16_t offset, size;
	uint64_t changed; /* bits that are not compared */
} registers[] = {
#define REGISTER(name, field) \
	name, offsetof(struct arch_state, field), sizeof(((struct arch_state *)0)->field)
	{REGISTER("rsp", rsp), 0},
	{REGISTER("rflags", rflags), RFLAGS_ARITHMETIC},
	{REGISTER("cs", cs.selector), 0},
	{REGISTER("ds", ds.selector), 0},
	{REGISTER("es", es.selector), 0},
	{REGISTER("fs", fs.selector), 0},
	{REGISTER("gs", gs.selector), 0},
	{REGISTER("ss", ss.selector), 0},
	{REGISTER("tr", tr.selector), 0},
	{REGISTER("ldtr", ldtr.selector), 0},
	{REGISTER("fs_base", fs.base), 0},
	{REGISTER("gs_base", gs.base), 0},
	{REGISTER("gdtr_base", gdtr.base), 0},
	{REGISTER("gdtr_limit", gdtr.limit), 0},
	{REGISTER("idtr_base", idtr.base), 0},
	{REGISTER("idtr_limit", idtr.limit), 0},
	{REGISTER("cr0", cr0), 0},
	{REGISTER("cr3", cr3), 0},
	{REGISTER("cr4", cr4), 0},
	{REGISTER("efer", efer), 0},
	{REGISTER("pat", pat), 0},
#undef REGISTER
};
_Static_assert(sizeof(registers) / sizeof(registers[0]) == ARCH_REGISTERS, "as arch.h says");

const char *arch_register_name(unsigned int reg)
{
	return reg < ARCH_REGISTERS ? registers[reg].name : "?";
}

static uint64_t value_of(const struct arch_state *state, unsigned int reg)
{
	uint64_t value = 0;

	memcpy(&value, (const uint8_t *)state + registers[reg].offset, registers[reg].size);
	return value & ~registers[reg].changed;
}

void arch_cpu_compare(const struct arch_cpu *cpu, arch_register_fn fn, void *ctx)
{
	struct arch_state found;

	arch_cpu_found(&found);
	for (unsigned int reg = 0; reg < ARCH_REGISTERS; reg++)
		fn(ctx, reg, value_of(arch_cpu_wanted(cpu), reg), value_of(&found, reg));
}
