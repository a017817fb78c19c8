/* SPDX-License-Identifier: MIT */
/* The verdicts: one for each processor, one for the machine. */
#include "smp/internal.h"

#include "lib/log.h"

const char *cpu_method_name(enum hvsmp_method m)
{
	static const char *const names[] = {"none", "firmware", "hv", ARCH_SECOND_WORD};

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

/* True: there are more than were known. */
static bool note_strays(struct cpu *cpu)
{
	uint32_t strays = arch_cpu_strays(arch_of(cpu));

	if (strays == cpu->strays)
		return false;
	if (!cpu->strays)
		proof_note(cpu, PROOF_ENTRIES, 1, 0);
	cpu->strays = strays;
	for (uint32_t i = 0; i < cpu->mismatch_count && i < CPU_MAX_MISMATCHES; i++) {
		if (cpu->mismatch[i].field == PROOF_ENTRIES)
			cpu->mismatch[i].actual = 1 + (uint64_t)strays;
	}
	return true;
}

static enum cpu_verdict judge_ap(struct cpu *cpu)
{
	(void)note_strays(cpu);
	/* The exception is among its mismatches. */
	if (hvsmp_is_lost(&cpu->start))
		return CPU_MISSING;
	switch (hvsmp_stage_of(&cpu->start)) {
	case HVSMP_STAGE_PROVED: return cpu->mismatch_count ? CPU_MISMATCH : CPU_ONLINE;
	case HVSMP_STAGE_ARRIVED:
		log_warn(ARCH_HW_ID " %lu: came in and did not finish its proof", cpu_id(cpu));
		return CPU_MISSING;
	case HVSMP_STAGE_LATE: return CPU_LATE;
	case HVSMP_STAGE_REVOKED:
	case HVSMP_STAGE_INVITED: return CPU_MISSING;
	default: break;
	}
	if (cpu->start.map_state == HVSMP_MAP_ABSENT)
		return CPU_ABSENT;
	/* It was not invited, and yet it ran: refused starts that had their effect all the same. */
	return arch_cpu_first_ticks(arch_of(cpu)) ? CPU_LATE : CPU_REFUSED;
}

enum cpu_progress cpu_progress(const struct cpu *cpu)
{
	if (cpu->start.is_bsp)
		return CPU_UP;
	if (hvsmp_is_lost(&cpu->start))
		return CPU_LOST;
	switch (hvsmp_stage_of(&cpu->start)) {
	case HVSMP_STAGE_IDLE: return CPU_WAITING;
	case HVSMP_STAGE_INVITED:
	case HVSMP_STAGE_ARRIVED: return CPU_STARTING;
	case HVSMP_STAGE_PROVED: return CPU_UP;
	default: return CPU_LOST;
	}
}

uint64_t cpu_online_tsc(const struct cpu *cpu)
{
	return cpu->verdict == CPU_ONLINE || cpu->verdict == CPU_LATE ||
			       cpu->verdict == CPU_MISMATCH
		       ? __atomic_load_n(&cpu->start.arrived, __ATOMIC_RELAXED)
		       : 0;
}

static void judge_bsp(struct cpu *bsp)
{
	const struct smp_config *config = &bsp->smp->config;

	if (config->has_vp_index)
		(void)hvsmp_vp_index(config->host, &bsp->found_vp_index);
	bsp->claimed_hw_id = arch_hw_id_claimed();
	proof_vtl(bsp);
	if (arch_hw_id() != bsp->start.hw_id)
		proof_note(bsp, PROOF_HW_ID, bsp->start.hw_id, arch_hw_id());
	bsp->verdict = bsp->mismatch_count ? CPU_MISMATCH : CPU_ONLINE;
}

/* What cannot be, if all counters run together: it came before it was asked, or after the end. */
static void check_times(const struct smp *smp, const struct cpu *cpu)
{
	uint64_t first = arch_cpu_first_ticks((const struct arch_cpu *)cpu->arch);
	uint64_t online = cpu_online_tsc(cpu);
	int64_t behind;
	int64_t ahead;

	if (cpu->start.is_bsp || !online)
		return;
	behind = arch_clock_between(first, cpu->start.issued);
	ahead = arch_clock_between(smp->end_ticks, online);
	if (behind > 0)
		log_warn(ARCH_HW_ID " %lu: its time stamp counter is at least %lu ns behind its "
				    "starter's",
			 cpu_id(cpu), (unsigned long)behind);
	else if (ahead > 0)
		log_warn(ARCH_HW_ID " %lu: its time stamp counter is at least %lu ns ahead of the "
				    "boot processor's",
			 cpu_id(cpu), (unsigned long)ahead);
}

void smp_look_again(struct smp *smp)
{
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		if (cpu->start.is_bsp)
			continue;
		if (note_strays(cpu) && cpu->verdict == CPU_ONLINE)
			cpu->verdict = CPU_MISMATCH;
		if (cpu->verdict == CPU_MISSING && !hvsmp_is_lost(&cpu->start) &&
		    hvsmp_stage_of(&cpu->start) == HVSMP_STAGE_LATE)
			cpu->verdict = CPU_LATE;
	}
}

/* Firmware that gave ids out anew, or a monitor that lets the host's through: one line for all. */
void ledger_note_claims(const struct smp *smp)
{
	const struct cpu *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		bool has_looked = cpu->verdict == CPU_ONLINE || cpu->verdict == CPU_MISMATCH;

		if (!has_looked || cpu->claimed_hw_id == cpu->start.hw_id)
			continue;
		first = first ? first : cpu;
		count++;
	}
	if (first)
		log_info("another id by " ARCH_HW_ID_CLAIM ": %lu processors, first " ARCH_HW_ID
			 " %lu (%lu there): the interrupt controller's counts",
			 (unsigned long)count, cpu_id(first), (unsigned long)first->claimed_hw_id);
}

void ledger_close(struct smp *smp)
{
	judge_bsp(smp->bsp);
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		if (!cpu->start.is_bsp)
			cpu->verdict = judge_ap(cpu);
		check_times(smp, cpu);
		if (cpu->nmis)
			log_warn(ARCH_HW_ID " %lu: %u NMIs during bring-up", cpu_id(cpu),
				 cpu->nmis);
		if (cpu->verdict == CPU_REFUSED)
			cpu->start.method = HVSMP_METHOD_NONE;
		if (cpu->start.vp_index == HVSMP_VP_UNKNOWN)
			cpu->start.vp_index = cpu->found_vp_index;
	}
}

void smp_summarize(const struct smp *smp, bool hv_offered, struct smp_summary *out)
{
	bool mismatch = false;
	bool fallback = false;

	*out = (struct smp_summary){.expected = smp->count + smp->left_out};
	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		out->online += cpu->verdict == CPU_ONLINE;
		mismatch |= cpu->verdict == CPU_MISMATCH;
		fallback |= hv_offered && cpu->start.method == HVSMP_METHOD_SECOND;
	}
	out->bringup_ns =
		arch_clock_from_ticks(smp->end_ticks) - arch_clock_from_ticks(smp->start_ticks);
	if (mismatch)
		out->verdict = MACHINE_FAILED;
	else if (fallback || smp->incomplete || out->online != out->expected)
		out->verdict = MACHINE_DEGRADED;
	else
		out->verdict = MACHINE_OK;
}
