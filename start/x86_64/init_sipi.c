/* SPDX-License-Identifier: MIT */
/* INIT-SIPI, to all with one delay for all of them, and the wait for those that were sent for. */
#include "start/x86_64/internal.h"

#define SECOND_SIPI_NS 20000000UL /* no progress for this long: one more start-up IPI */

void hvsmp_sipi_wait(struct hvsmp_start *s, uint64_t ns)
{
	struct hvsmp_deadline d;

	if (!ns)
		return;
	hvsmp_deadline_start(&d, hvsmp_now(s), ns, ns);
	while (hvsmp_deadline_look(&d, hvsmp_now(s)) == HVSMP_DEADLINE_RUNNING)
		hvsmp_idle(s);
}

/* One whose APIC does not take the message is out. */
void hvsmp_sipi_init(struct hvsmp_init_sipi *sipi, struct hvsmp_cpu *cpu)
{
	bool sent = sipi->send_init(sipi->ctx, cpu);

	sipi->messages++;
	if (sent)
		hvsmp_invite(cpu);
}

void hvsmp_sipi_startup(struct hvsmp_init_sipi *sipi, struct hvsmp_cpu *cpu)
{
	if (!cpu->issued)
		cpu->issued = hvsmp_ticks(cpu->start);
	sipi->messages++;
	(void)sipi->send_startup(sipi->ctx, cpu);
}

static void send_startups(struct hvsmp_start *s, struct hvsmp_init_sipi *sipi)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (hvsmp_is_awaited(s->cpu[i]))
			hvsmp_sipi_startup(sipi, s->cpu[i]);
	}
}

void hvsmp_send_parallel(struct hvsmp_start *s, struct hvsmp_init_sipi *sipi)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (hvsmp_is_candidate(s->cpu[i]))
			hvsmp_sipi_init(sipi, s->cpu[i]);
	}
	hvsmp_sipi_wait(s, sipi->delay_ns);
	send_startups(s, sipi);
}

static bool prepare(struct hvsmp_start *s, void *ctx)
{
	const struct hvsmp_init_sipi *sipi = ctx;

	for (uint32_t i = 0; i < s->count; i++) {
		if (hvsmp_is_candidate(s->cpu[i]))
			return sipi->prepare(sipi->ctx, s);
	}
	return false; /* nothing to start this way */
}

static void run(struct hvsmp_start *s, void *ctx, const struct hvsmp_policy *policy)
{
	struct hvsmp_init_sipi *sipi = ctx;
	uint64_t cap = s->config->cap_ns;
	enum hvsmp_deadline_end end;
	uint64_t began;
	uint64_t used;

	sipi->messages = 0;
	sipi->send(s, sipi);
	if (policy->waiting)
		policy->waiting(s, hvsmp_is_awaited, policy->ctx);
	began = hvsmp_now(s);
	end = hvsmp_await_invited(s, SECOND_SIPI_NS, cap);
	if (end != HVSMP_DEADLINE_RUNNING) {
		send_startups(s, sipi);
		used = hvsmp_now(s) - began; /* one cap for both waits */
		end = hvsmp_await_invited(s, s->config->deadline_ns, used < cap ? cap - used : 0);
	}
	s->gave_up_second = end;
	hvsmp_revoke_invited(s);
}

const struct hvsmp_rung hvsmp_init_sipi_rung = {prepare, run};
