/* SPDX-License-Identifier: MIT */
/*
 * The arrival proof: the processor itself compares what it finds with what was asked for it, so
 * that a hypervisor that drops or swaps a register is caught, and named.
 */
#include "smp/internal.h"

const char *proof_field_name(unsigned int field)
{
	switch (field) {
	case PROOF_VP_INDEX: return "vp_index";
	case PROOF_HW_ID: return ARCH_HW_ID_FIELD;
	case PROOF_EXCEPTION: return "exception";
	case PROOF_ENTRIES: return "entries";
	case PROOF_VTL: return "vtl";
	default: return arch_register_name(field - PROOF_REGISTERS);
	}
}

void proof_note(struct cpu *cpu, unsigned int field, uint64_t expected, uint64_t actual)
{
	if (cpu->mismatch_count < CPU_MAX_MISMATCHES)
		cpu->mismatch[cpu->mismatch_count] = (struct cpu_mismatch){field, expected, actual};
	cpu->mismatch_count++;
}

static void hold(struct cpu *cpu, unsigned int field, uint64_t expected, uint64_t actual)
{
	if (expected != actual)
		proof_note(cpu, field, expected, actual);
}

static void hold_register(void *ctx, unsigned int reg, uint64_t wanted, uint64_t found)
{
	struct cpu *cpu = ctx;

	if (!(cpu->smp->config.unproved >> reg & 1))
		hold(cpu, PROOF_REGISTERS + reg, wanted, found);
}

static void check_identity(struct cpu *cpu)
{
	const struct smp_config *config = &cpu->smp->config;

	hold(cpu, PROOF_HW_ID, cpu->start.hw_id, arch_hw_id());
	cpu->claimed_hw_id = arch_hw_id_claimed();
	if (!config->has_vp_index)
		return;
	/* A register that was there for the boot processor and is not here is a difference, too. */
	(void)hvsmp_vp_index(config->host, &cpu->found_vp_index);
	if (cpu->start.vp_index != HVSMP_VP_UNKNOWN)
		hold(cpu, PROOF_VP_INDEX, cpu->start.vp_index, cpu->found_vp_index);
}

static bool ask_vtl(struct cpu *cpu, const struct hvsmp_interface *hv)
{
	struct hvsmp_caller caller = cpu_caller(cpu);
	struct hvsmp_vtl vtl;
	struct hvsmp_result r;

	caller.hv = hv;
	r = hvsmp_get_vp_vtl(&caller, &vtl);
	if (hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
		cpu->vtl = vtl.active;
	return r.err != HVSMP_ERROR_FAULT;
}

/* A page is there in its own VTL alone: where the call faults, this may be the one below. */
void proof_vtl(struct cpu *cpu)
{
	const struct smp_config *config = &cpu->smp->config;

	if (!config->vtl) {
		cpu->vtl = 0;
		return;
	}
	if (!ask_vtl(cpu, config->hv) && config->below)
		(void)ask_vtl(cpu, config->below);
	hold(cpu, PROOF_VTL, config->vtl, cpu->vtl);
}

void proof_check(struct cpu *cpu)
{
	check_identity(cpu);
	proof_vtl(cpu);
	arch_cpu_compare(arch_of(cpu), hold_register, cpu);
}
