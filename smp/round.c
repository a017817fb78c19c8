/* SPDX-License-Identifier: MIT */
/*
 * The same start again and again, for who wants to know what each method costs. A round is one rung
 * of the ladder and nothing else; between two rounds everybody goes back to wait-for-SIPI.
 *
 * The handshake knows of no rounds. That is sound because of what smp_round_undo asks for: when all
 * that were started have proved themselves, they have left the fan-out and do nothing but park, and
 * their starters are among them or the boot processor. Nobody is left who could touch a claim or a
 * stage, so both begin anew.
 */
#include "smp/internal.h"

#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"
#include "smp/deadline.h"
#include "smp/handshake.h"

#define SETTLE_NS 10000000UL /* for an INIT to have had its effect everywhere */

static const struct method {
	const char *name;
	bool by_call, fanout;
	struct sipi_policy sipi;
} methods[SMP_METHODS] = {
	[SMP_HV_SERIAL] = {.name = "hv-serial", .by_call = true},
	[SMP_HV_FANOUT] = {.name = "hv-fanout", .by_call = true, .fanout = true},
	[SMP_SIPI_SERIAL] = {.name = "sipi-serial", .sipi = {SIPI_SERIAL, SIPI_INIT_DELAY_NS}},
	[SMP_SIPI_PARALLEL] = {.name = "sipi-parallel",
			       .sipi = {SIPI_PARALLEL, SIPI_INIT_DELAY_NS}},
	[SMP_SIPI_BROADCAST] = {.name = "sipi-broadcast", .sipi = {SIPI_BROADCAST, 0}},
};

const char *smp_method_name(enum smp_method method)
{
	return methods[method].name;
}

void smp_rounds_prepare(struct smp *smp)
{
	struct smp_config *config = &smp->config;

	config->progress = NULL; /* drawing would be measured as well */
	smp->hv_ready = config->use_hv && config->hv && hv_prepare(smp);
	smp->sipi_ready = config->use_sipi && sipi_prepare(smp);
}

bool smp_method_offered(const struct smp *smp, enum smp_method method, bool needs_delay,
			char reason[HVSMP_REASON_SIZE])
{
	const char *why = "";

	if (methods[method].by_call) {
		if (smp->hv_reason[0])
			why = smp->hv_reason;
		else if (!smp->config.use_hv)
			why = "start=sipi was asked for";
		else if (!smp->hv_ready)
			why = "the hypercall is not to be had";
	} else if (!smp->config.use_sipi) {
		why = "start=hv was asked for";
	} else if (!smp->sipi_ready) {
		why = "INIT-SIPI could not be prepared";
	} else if (methods[method].sipi.shape == SIPI_BROADCAST) {
		if (needs_delay)
			why = "this processor needs a delay after INIT";
		else if (!sipi_may_broadcast(smp))
			why = "it would reach processors that are not to be started";
	}
	format(reason, HVSMP_REASON_SIZE, "%s", why);
	return !why[0];
}

void smp_round(struct smp *smp, enum smp_method method)
{
	const struct method *m = &methods[method];

	smp->config.fanout = m->fanout;
	smp->config.sipi = m->sipi;
	smp->ipis = 0;
	fanout_rewind(smp);
	__atomic_store_n(&smp->starting, 1, __ATOMIC_RELEASE);
	smp->start_tsc = arch_tsc();
	smp->bsp->online_tsc = smp->start_tsc;
	if (m->by_call)
		hv_run(smp);
	else
		sipi_run(smp);
	smp->end_tsc = arch_tsc();
	__atomic_store_n(&smp->starting, 0, __ATOMIC_RELEASE);
	ledger_close(smp);
}

/* It does nothing any more, or has never done anything. */
static bool is_at_rest(struct cpu *cpu)
{
	uint32_t stage = handshake_read(&cpu->stage);
	bool refused = cpu->outcome == START_NONE || cpu->outcome == START_REFUSED;

	if (__atomic_load_n(&cpu->faulted, __ATOMIC_ACQUIRE) || arch_cpu_strays(arch_of(cpu)))
		return false;
	return stage == STAGE_PROVED ||
	       (stage == STAGE_IDLE && refused && !arch_cpu_first_tsc(arch_of(cpu)));
}

static void renew(struct cpu *cpu)
{
	cpu->claim = CLAIM_FREE;
	cpu->outcome = START_NONE;
	cpu->hv_calls = 0;
	cpu->answer = (struct hvsmp_result){0};
	cpu->issued_tsc = cpu->online_tsc = cpu->call_ticks = 0;
	cpu->mismatch_count = cpu->nmis = 0;
	cpu->method = CPU_METHOD_NONE;
	cpu->verdict = CPU_REFUSED;
	arch_cpu_renew(arch_of(cpu));
	__atomic_store_n(&cpu->stage, STAGE_IDLE, __ATOMIC_RELEASE);
}

static void settle(void)
{
	struct deadline d;

	deadline_start(&d, SETTLE_NS, SETTLE_NS);
	while (deadline_look(&d) == DEADLINE_RUNNING)
		arch_pause();
}

bool smp_round_undo(struct smp *smp, char reason[HVSMP_REASON_SIZE])
{
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp->cpu[i];

		if (cpu->is_bsp || is_at_rest(cpu))
			continue;
		format(reason, HVSMP_REASON_SIZE, "APIC id %u was lost: its verdict is %s",
		       cpu->apic_id, cpu_verdict_name(cpu->verdict));
		return false;
	}
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp->cpu[i];
		enum err e = cpu->is_bsp || !cpu->prepared ? OK : arch_apic_send_init(cpu->apic_id);

		if (!e)
			continue;
		format(reason, HVSMP_REASON_SIZE, "APIC id %u: INIT not sent: %s", cpu->apic_id,
		       err_name(e));
		return false;
	}
	settle();
	for (size_t i = 0; i < smp->count; i++) {
		if (!smp->cpu[i]->is_bsp && smp->cpu[i]->prepared)
			renew(smp->cpu[i]);
	}
	return true;
}
