/* SPDX-License-Identifier: MIT */
/* PSCI as the second rung: its calls by the conduit that the firmware names. */
#include "smp/internal.h"

#include "arch/aarch64/arm.h"
#include "lib/log.h"

/* Arm DEN0022, 5.1: functions with 64-bit parameters. */
#define PSCI_CPU_ON        0xC4000003U
#define PSCI_AFFINITY_INFO 0xC4000004U
#define LOWEST_LEVEL       0UL /* one processor, not a cluster */

static bool affinity_info(void *ctx, const struct hvsmp_cpu *cpu, int64_t *answer)
{
	(void)ctx;
	return !arch_psci(PSCI_AFFINITY_INFO, cpu->hw_id, LOWEST_LEVEL, 0, answer);
}

static bool cpu_on(void *ctx, const struct hvsmp_cpu *cpu, int64_t *answer)
{
	const struct arch_cpu *block = arch_of(cpu->owner);

	(void)ctx;
	return !arch_psci(PSCI_CPU_ON, cpu->hw_id, arch_psci_entry(block), (uint64_t)block, answer);
}

static void refused(void *ctx, const struct hvsmp_cpu *cpu, enum hvsmp_psci_step step, bool made,
		    int64_t answer)
{
	(void)ctx;
	if (step == HVSMP_PSCI_AFFINITY_INFO)
		log_warn(ARCH_HW_ID " %lu: PSCI CPU_ON not called: it is %s, by somebody else's "
				    "start",
			 (unsigned long)cpu->hw_id, answer == HVSMP_PSCI_ON ? "on" : "coming");
	else if (!made)
		log_warn(ARCH_HW_ID " %lu: PSCI CPU_ON could not be called",
			 (unsigned long)cpu->hw_id);
	else
		log_warn(ARCH_HW_ID " %lu: PSCI CPU_ON answered %ld (%s)",
			 (unsigned long)cpu->hw_id, (long)answer, hvsmp_psci_answer_name(answer));
}

/* Blocks are made visible one by one, right before each is used. */
static bool prepare(void *ctx, struct hvsmp_start *start)
{
	const struct smp *smp = ctx;
	int64_t answer;
	enum err e = arch_psci(PSCI_AFFINITY_INFO, smp->bsp->start.hw_id, LOWEST_LEVEL, 0, &answer);

	(void)start;
	if (e)
		log_warn("PSCI: %s: no processor can be started by it", err_name(e));
	return !e;
}

void second_init(struct smp *smp)
{
	smp->second = (struct hvsmp_psci){
		.ctx = smp,
		.affinity_info = affinity_info,
		.cpu_on = cpu_on,
		.prepare = prepare,
		.refused = refused,
	};
	smp->start_config.second = &hvsmp_psci_rung;
	smp->start_config.second_ctx = &smp->second;
}
