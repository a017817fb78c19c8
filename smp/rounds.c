/* SPDX-License-Identifier: MIT */
/*
 * The same start again and again, to measure what each method costs. A round is one rung
 * of the ladder and nothing else; between two rounds all go back to wait-for-SIPI.
 *
 * The handshake knows of no rounds. That is sound because of what smp_round_undo asks for: when all
 * that were started have proved themselves, they have left the fan-out and do nothing but park, and
 * their starters are among them or the boot processor. None is left that could touch a claim or a
 * stage, so both begin anew.
 */
#include "smp/internal.h"

#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"
#include "smp/deadline.h"
#include "smp/rounds.h"

#define SETTLE_NS 10000000UL /* for an INIT to have had its effect everywhere */

#define WATCH_NS  20000000UL /* no processor came for so long */

typedef void (*send_fn)(struct hvsmp_start *start, smp_second *second);

static const struct method {
	const char *name;
	bool by_call, fan_out;
	send_fn send; /* of the second rung */
	uint64_t delay_ns;
} methods[SMP_METHODS] = {
	[SMP_HV_SERIAL] = {.name = "hv-serial", .by_call = true},
	[SMP_HV_FANOUT] = {.name = "hv-fanout", .by_call = true, .fan_out = true},
	[SMP_SIPI_SERIAL] = {.name = "sipi-serial",
			     .send = hvsmp_send_serial,
			     .delay_ns = HVSMP_INIT_DELAY_NS},
	[SMP_SIPI_PARALLEL] = {.name = "sipi-parallel",
			       .send = hvsmp_send_parallel,
			       .delay_ns = HVSMP_INIT_DELAY_NS},
	[SMP_SIPI_BROADCAST] = {.name = "sipi-broadcast", .send = hvsmp_send_broadcast},
};

const char *smp_method_name(enum smp_method method)
{
	return methods[method].name;
}

void smp_rounds_prepare(struct smp *smp, bool may_call)
{
	smp->start_host.idle = NULL; /* drawing would be measured as well */
	smp->may_call = may_call;
	if (may_call)
		smp_map(smp);
	if (smp->config.use_sipi)
		(void)hvsmp_start_prepare_second(&smp->start);
}

/* A broadcast reaches all of the machine, also those that have no record. */
static bool may_broadcast(const struct smp *smp)
{
	return !smp->incomplete && !smp->left_out && !smp->disabled &&
	       hvsmp_may_broadcast(&smp->start);
}

bool smp_method_offered(const struct smp *smp, enum smp_method method, bool needs_delay,
			char reason[HVSMP_REASON_SIZE])
{
	const char *why = "";

	if (methods[method].by_call) {
		if (smp->start.reason[0])
			why = smp->start.reason;
		else if (smp->start.calls != HVSMP_READY)
			why = "the hypercall is unavailable";
	} else if (!smp->config.use_sipi) {
		why = "start=hv was asked for";
	} else if (smp->start.second != HVSMP_READY) {
		why = ARCH_SECOND " could not be prepared";
	} else if (method == SMP_SIPI_BROADCAST) {
		if (needs_delay)
			why = "this processor needs a delay after INIT";
		else if (!may_broadcast(smp))
			why = "it would reach processors that are not to be started";
	}
	format(reason, HVSMP_REASON_SIZE, "%s", why);
	return !why[0];
}

/*
 * A close watch: no processor that comes touches a line that others read here. The boot processor
 * looks at one after the other, and at the next one only when that is in. What goes wrong is left
 * to the wait that follows, so this ends at the first sign of it.
 */
static void watch(struct hvsmp_start *start, bool (*is_coming)(const struct hvsmp_cpu *cpu),
		  void *ctx)
{
	uint64_t *all_in = ctx;
	struct hvsmp_deadline d;

	deadline_start(&d, WATCH_NS, start->config->cap_ns);
	for (uint32_t i = 0; i < start->count;) {
		const struct hvsmp_cpu *cpu = start->cpu[i];

		if (cpu->is_bsp || hvsmp_has_arrived(cpu)) {
			i++;
			deadline_progress(&d);
		} else if (is_coming(cpu)) {
			if (!deadline_runs(&d))
				return;
			arch_pause();
		} else if (!hvsmp_has_arrived(cpu)) { /* nor did it come while we looked */
			return;
		}
	}
	*all_in = arch_ticks();
}

uint64_t smp_round(struct smp *smp, enum smp_method method)
{
	const struct method *m = &methods[method];
	uint64_t all_in = 0;
	const struct smp_policy policy = {
		.by_call = m->by_call,
		.by_second = !m->by_call,
		.start = {.fan_out = m->fan_out, .waiting = watch, .ctx = &all_in},
	};

	smp->second.messages = 0;
	smp->second.send = m->send;
	smp->second.delay_ns = m->delay_ns;
	start_by(smp, &policy);
	return all_in;
}

/* It does nothing any more, or has never done anything. */
static bool is_at_rest(struct cpu *cpu)
{
	enum hvsmp_stage stage = hvsmp_stage_of(&cpu->start);
	bool refused = cpu->start.outcome == HVSMP_OUTCOME_NONE ||
		       cpu->start.outcome == HVSMP_OUTCOME_REFUSED;

	if (hvsmp_is_lost(&cpu->start) || arch_cpu_strays(arch_of(cpu)))
		return false;
	return stage == HVSMP_STAGE_PROVED ||
	       (stage == HVSMP_STAGE_IDLE && refused && !arch_cpu_first_ticks(arch_of(cpu)));
}

static void renew(struct cpu *cpu)
{
	cpu->mismatch_count = cpu->nmis = 0;
	cpu->verdict = CPU_REFUSED;
	arch_cpu_renew(arch_of(cpu));
}

static void settle(void)
{
	struct hvsmp_deadline d;

	deadline_start(&d, SETTLE_NS, SETTLE_NS);
	while (deadline_runs(&d))
		arch_pause();
}

bool smp_round_undo(struct smp *smp, char reason[HVSMP_REASON_SIZE])
{
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		if (cpu->start.is_bsp || is_at_rest(cpu))
			continue;
		format(reason, HVSMP_REASON_SIZE, ARCH_HW_ID " %lu was lost: its verdict is %s",
		       cpu_id(cpu), cpu_verdict_name(cpu->verdict));
		return false;
	}
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);
		enum err e = cpu->start.is_bsp || !cpu->start.prepared
				     ? OK
				     : arch_reset(cpu->start.hw_id);

		if (!e)
			continue;
		format(reason, HVSMP_REASON_SIZE, ARCH_HW_ID " %lu: INIT not sent: %s", cpu_id(cpu),
		       err_name(e));
		return false;
	}
	settle();
	for (size_t i = 0; i < smp->count; i++) {
		if (!smp->record[i]->is_bsp && smp->record[i]->prepared)
			renew(smp_cpu(smp, i));
	}
	hvsmp_start_renew(&smp->start);
	return true;
}
