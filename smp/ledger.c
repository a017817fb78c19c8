/* SPDX-License-Identifier: MIT */
/* The order of the rungs, and the verdicts: one for each processor, one for the machine. */
#include "smp/internal.h"

#include "lib/log.h"
#include "smp/handshake.h"

const char *cpu_method_name(enum cpu_method m)
{
	static const char *const names[] = {"none", "firmware", "hv", "sipi"};

	return (size_t)m < sizeof(names) / sizeof(names[0]) ? names[m] : "?";
}

const char *cpu_verdict_name(enum cpu_verdict v)
{
	static const char *const names[] = {"online",  "late",     "missing",
					    "refused", "mismatch", "absent"};

	return (size_t)v < sizeof(names) / sizeof(names[0]) ? names[v] : "?";
}

const char *machine_verdict_name(enum machine_verdict v)
{
	static const char *const names[] = {"ok", "degraded", "failed"};

	return (size_t)v < sizeof(names) / sizeof(names[0]) ? names[v] : "?";
}

static enum cpu_verdict judge_ap(struct cpu *cpu)
{
	uint32_t strays = arch_cpu_strays(arch_of(cpu));

	if (strays)
		proof_note(cpu, PROOF_ENTRIES, 1, 1 + (uint64_t)strays);
	/* The exception is among its mismatches. */
	if (__atomic_load_n(&cpu->faulted, __ATOMIC_ACQUIRE))
		return CPU_MISSING;
	switch (handshake_read(&cpu->stage)) {
	case STAGE_PROVED: return cpu->mismatch_count ? CPU_MISMATCH : CPU_ONLINE;
	case STAGE_ARRIVED:
		log_warn("APIC id %u: came in and did not finish its proof", cpu->apic_id);
		return CPU_MISSING;
	case STAGE_LATE: return CPU_LATE;
	case STAGE_REVOKED:
	case STAGE_INVITED: return CPU_MISSING;
	default: break;
	}
	if (cpu->map_state == HVSMP_MAP_ABSENT)
		return CPU_ABSENT;
	/* Nobody invited it and yet it ran: refused starts that had their effect all the same. */
	return arch_cpu_first_tsc(arch_of(cpu)) ? CPU_LATE : CPU_REFUSED;
}

enum cpu_progress cpu_progress(const struct cpu *cpu)
{
	if (cpu->is_bsp)
		return CPU_UP;
	if (__atomic_load_n(&cpu->faulted, __ATOMIC_ACQUIRE))
		return CPU_LOST;
	switch (handshake_read(&cpu->stage)) {
	case STAGE_IDLE: return CPU_WAITING;
	case STAGE_INVITED:
	case STAGE_ARRIVED: return CPU_STARTING;
	case STAGE_PROVED: return CPU_UP;
	default: return CPU_LOST;
	}
}

uint64_t cpu_online_tsc(const struct cpu *cpu)
{
	return cpu->verdict == CPU_ONLINE || cpu->verdict == CPU_LATE ||
			       cpu->verdict == CPU_MISMATCH
		       ? cpu->online_tsc
		       : 0;
}

static void judge_bsp(struct cpu *bsp)
{
	const struct smp_config *config = &bsp->smp->config;

	if (config->has_vp_index)
		(void)hvsmp_vp_index(config->host, &bsp->found_vp_index);
	if (arch_apic_id() != bsp->apic_id)
		proof_note(bsp, PROOF_APIC_ID, bsp->apic_id, arch_apic_id());
	bsp->verdict = bsp->mismatch_count ? CPU_MISMATCH : CPU_ONLINE;
}

/* What cannot be, if all counters run together: it came before it was asked, or after the end. */
static void check_times(const struct smp *smp, const struct cpu *cpu)
{
	uint64_t first = arch_cpu_first_tsc((const struct arch_cpu *)cpu->arch);
	uint64_t off = 0;

	if (cpu->is_bsp || !cpu_online_tsc(cpu))
		return;
	if (first < cpu->issued_tsc)
		off = cpu->issued_tsc - first;
	else if (cpu->online_tsc > smp->end_tsc)
		off = cpu->online_tsc - smp->end_tsc;
	if (off)
		log_warn("APIC id %u: its time stamp counter is at least %lu ns %s", cpu->apic_id,
			 (unsigned long)arch_clock_ticks_ns(off),
			 first < cpu->issued_tsc ? "behind its starter's"
						 : "ahead of the boot processor's");
}

void ledger_close(struct smp *smp)
{
	judge_bsp(smp->bsp);
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp->cpu[i];

		if (!cpu->is_bsp)
			cpu->verdict = judge_ap(cpu);
		check_times(smp, cpu);
		if (cpu->nmis)
			log_warn("APIC id %u: %u NMIs during bring-up", cpu->apic_id, cpu->nmis);
		if (cpu->verdict == CPU_REFUSED)
			cpu->method = CPU_METHOD_NONE;
		if (cpu->vp_index == HVSMP_VP_UNKNOWN)
			cpu->vp_index = cpu->found_vp_index;
	}
}

void smp_start_all(struct smp *smp)
{
	__atomic_store_n(&smp->starting, 1, __ATOMIC_RELEASE);
	smp->start_tsc = arch_tsc();
	smp->bsp->online_tsc = smp->start_tsc;
	if (smp->config.use_hv && smp->config.hv)
		hv_way(smp);
	if (smp->config.use_sipi)
		sipi_way(smp);
	smp->end_tsc = arch_tsc();
	__atomic_store_n(&smp->starting, 0, __ATOMIC_RELEASE);
	ledger_close(smp);
}

void smp_summarize(const struct smp *smp, bool hv_offered, struct smp_summary *out)
{
	bool mismatch = false;
	bool fallback = false;

	*out = (struct smp_summary){.expected = smp->count + smp->left_out};
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp->cpu[i];

		out->online += cpu->verdict == CPU_ONLINE;
		mismatch |= cpu->verdict == CPU_MISMATCH;
		fallback |= hv_offered && cpu->method == CPU_METHOD_SIPI;
	}
	out->bringup_ns = arch_clock_from_tsc(smp->end_tsc) - arch_clock_from_tsc(smp->start_tsc);
	if (mismatch)
		out->verdict = MACHINE_FAILED;
	else if (fallback || smp->incomplete || out->online != out->expected)
		out->verdict = MACHINE_DEGRADED;
	else
		out->verdict = MACHINE_OK;
}
