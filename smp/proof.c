/* SPDX-License-Identifier: MIT */
/*
 * The arrival proof: the processor itself compares what it finds with what was asked for it, so
 * that a hypervisor that drops or swaps a register is caught, and named.
 */
#include "smp/internal.h"

/* CF, PF, AF, ZF, SF and OF have been changed by the entry code by the time they are read. */
#define RFLAGS_ARITHMETIC 0x8D5UL

static const char *const field_names[] = {
	[PROOF_VP_INDEX] = "vp_index",
	[PROOF_APIC_ID] = "apic_id",
	[PROOF_RSP] = "rsp",
	[PROOF_RFLAGS] = "rflags",
	[PROOF_CS] = "cs",
	[PROOF_DS] = "ds",
	[PROOF_ES] = "es",
	[PROOF_FS] = "fs",
	[PROOF_GS] = "gs",
	[PROOF_SS] = "ss",
	[PROOF_TR] = "tr",
	[PROOF_LDTR] = "ldtr",
	[PROOF_FS_BASE] = "fs_base",
	[PROOF_GS_BASE] = "gs_base",
	[PROOF_GDTR_BASE] = "gdtr_base",
	[PROOF_GDTR_LIMIT] = "gdtr_limit",
	[PROOF_IDTR_BASE] = "idtr_base",
	[PROOF_IDTR_LIMIT] = "idtr_limit",
	[PROOF_CR0] = "cr0",
	[PROOF_CR3] = "cr3",
	[PROOF_CR4] = "cr4",
	[PROOF_EFER] = "efer",
	[PROOF_PAT] = "pat",
	[PROOF_EXCEPTION] = "exception",
	[PROOF_ENTRIES] = "entries",
};

const char *proof_field_name(enum proof_field f)
{
	return (size_t)f < sizeof(field_names) / sizeof(field_names[0]) ? field_names[f] : "?";
}

void proof_note(struct cpu *cpu, enum proof_field field, uint64_t expected, uint64_t actual)
{
	if (cpu->mismatch_count < CPU_MAX_MISMATCHES)
		cpu->mismatch[cpu->mismatch_count] = (struct cpu_mismatch){field, expected, actual};
	cpu->mismatch_count++;
}

static void hold(struct cpu *cpu, enum proof_field field, uint64_t expected, uint64_t actual)
{
	if (expected != actual)
		proof_note(cpu, field, expected, actual);
}

static void check_identity(struct cpu *cpu)
{
	const struct smp_config *config = &cpu->smp->config;

	hold(cpu, PROOF_APIC_ID, cpu->start.hw_id, arch_apic_id());
	if (!config->has_vp_index)
		return;
	/* A register that was there for the boot processor and is not here is a difference, too. */
	(void)hvsmp_vp_index(config->host, &cpu->found_vp_index);
	if (cpu->start.vp_index != HVSMP_VP_UNKNOWN)
		hold(cpu, PROOF_VP_INDEX, cpu->start.vp_index, cpu->found_vp_index);
}

void proof_check(struct cpu *cpu)
{
	const struct arch_state *want = &cpu->wanted;
	struct arch_state is;

	arch_cpu_found(&is);
	check_identity(cpu);
	hold(cpu, PROOF_RSP, want->rsp, is.rsp);
	hold(cpu, PROOF_RFLAGS, want->rflags, is.rflags & ~RFLAGS_ARITHMETIC);
	hold(cpu, PROOF_CS, want->cs.selector, is.cs.selector);
	hold(cpu, PROOF_DS, want->ds.selector, is.ds.selector);
	hold(cpu, PROOF_ES, want->es.selector, is.es.selector);
	hold(cpu, PROOF_FS, want->fs.selector, is.fs.selector);
	hold(cpu, PROOF_GS, want->gs.selector, is.gs.selector);
	hold(cpu, PROOF_SS, want->ss.selector, is.ss.selector);
	hold(cpu, PROOF_TR, want->tr.selector, is.tr.selector);
	hold(cpu, PROOF_LDTR, want->ldtr.selector, is.ldtr.selector);
	hold(cpu, PROOF_FS_BASE, want->fs.base, is.fs.base);
	hold(cpu, PROOF_GS_BASE, want->gs.base, is.gs.base);
	hold(cpu, PROOF_GDTR_BASE, want->gdtr.base, is.gdtr.base);
	hold(cpu, PROOF_GDTR_LIMIT, want->gdtr.limit, is.gdtr.limit);
	hold(cpu, PROOF_IDTR_BASE, want->idtr.base, is.idtr.base);
	hold(cpu, PROOF_IDTR_LIMIT, want->idtr.limit, is.idtr.limit);
	hold(cpu, PROOF_CR0, want->cr0, is.cr0);
	hold(cpu, PROOF_CR3, want->cr3, is.cr3);
	hold(cpu, PROOF_CR4, want->cr4, is.cr4);
	hold(cpu, PROOF_EFER, want->efer, is.efer);
	hold(cpu, PROOF_PAT, want->pat, is.pat);
}
