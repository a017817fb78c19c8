/* SPDX-License-Identifier: MIT */
/* INIT-SIPI as the second rung: messages by the local APIC, and the entry code below 1 MiB. */
#include "smp/internal.h"

#include "arch/x86_64/x86.h"
#include "lib/log.h"

#define PAGE_SHIFT 12

static uint8_t vector_of(const struct smp *smp)
{
	return (uint8_t)(smp->config.low_page >> PAGE_SHIFT);
}

static bool was_sent(const struct hvsmp_cpu *cpu, const char *what, enum err e)
{
	if (e)
		log_warn(ARCH_HW_ID " %lu: %s not sent: %s", (unsigned long)cpu->hw_id, what,
			 err_name(e));
	return !e;
}

static bool send_init(void *ctx, const struct hvsmp_cpu *cpu)
{
	(void)ctx;
	if (arch_cpu_first_ticks(arch_of(cpu->owner))) {
		log_warn(ARCH_HW_ID " %lu: INIT not sent: it has come uninvited, by a start that "
				    "was refused",
			 (unsigned long)cpu->hw_id);
		return false;
	}
	return was_sent(cpu, "INIT", arch_reset(cpu->hw_id));
}

static bool send_startup(void *ctx, const struct hvsmp_cpu *cpu)
{
	return was_sent(cpu, "start-up IPI",
			arch_apic_send_startup((uint32_t)cpu->hw_id, vector_of(ctx)));
}

static bool were_sent(enum err e)
{
	if (e)
		log_warn("INIT-SIPI to all processors not sent: %s", err_name(e));
	return !e;
}

static bool send_init_all(void *ctx)
{
	(void)ctx;
	return were_sent(arch_apic_send_init_all());
}

static bool send_startup_all(void *ctx)
{
	return were_sent(arch_apic_send_startup_all(vector_of(ctx)));
}

/* The processors that need this rung, from a fresh allocation. */
static struct arch_sipi_target *candidates(const struct smp *smp, size_t *count)
{
	struct arch_sipi_target *targets;

	*count = 0;
	for (size_t i = 0; i < smp->count; i++)
		*count += hvsmp_is_candidate(smp->record[i]);
	targets = pages_alloc(smp->pages, pages_of(*count * sizeof(*targets)), 0);
	if (!targets)
		return NULL;
	*count = 0;
	for (size_t i = 0; i < smp->count; i++) {
		if (hvsmp_is_candidate(smp->record[i]))
			targets[(*count)++] =
				(struct arch_sipi_target){(uint32_t)smp->record[i]->hw_id,
							  arch_of(smp_cpu(smp, i))};
	}
	return targets;
}

static bool prepare(void *ctx, struct hvsmp_start *start)
{
	const struct smp *smp = ctx;
	size_t count;
	struct arch_sipi_target *targets = candidates(smp, &count);
	enum err e;

	(void)start;
	if (!targets) {
		log_warn("no memory to prepare INIT-SIPI for %u processors", (unsigned int)count);
		return false;
	}
	if (!smp->config.low_page) {
		log_warn("no page below 1 MiB: %u processors cannot be started by INIT-SIPI",
			 (unsigned int)count);
		return false;
	}
	e = arch_sipi_prepare(smp->config.low_page, smp->pages, targets, count);
	if (e)
		log_warn("INIT-SIPI cannot be prepared: %s", err_name(e));
	return !e;
}

void second_init(struct smp *smp)
{
	smp->second = (struct hvsmp_init_sipi){
		.ctx = smp,
		.send_init = send_init,
		.send_startup = send_startup,
		.send_init_all = send_init_all,
		.send_startup_all = send_startup_all,
		.prepare = prepare,
		.send = hvsmp_send_parallel,
		.delay_ns = smp->config.init_delay_ns,
	};
	smp->start_config.second = &hvsmp_init_sipi_rung;
	smp->start_config.second_ctx = &smp->second;
}
