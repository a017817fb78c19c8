/* SPDX-License-Identifier: MIT */
/*
 * INIT-SIPI in other orders: to one after the other with the manual's delays for each, or to all at
 * once by two messages. For measuring; a bring-up that uses neither does not link this file.
 */
#include "start/x86_64/internal.h"

#define SERIAL_SIPI_NS 200000UL /* SDM: 200 us between the start-up IPIs */

/* False: it has not come within ns. */
static bool wait_until_in(const struct hvsmp_cpu *cpu, uint64_t ns)
{
	const struct hvsmp_start *s = cpu->start;
	struct hvsmp_deadline d;

	hvsmp_deadline_start(&d, hvsmp_now(s), ns, ns);
	while (hvsmp_is_awaited(cpu)) {
		if (hvsmp_deadline_look(&d, hvsmp_now(s)) != HVSMP_DEADLINE_RUNNING)
			return false;
		hvsmp_pause(s);
	}
	return true;
}

void hvsmp_send_serial(struct hvsmp_start *s, struct hvsmp_init_sipi *sipi)
{
	struct hvsmp_deadline all;

	hvsmp_deadline_start(&all, hvsmp_now(s), s->config->cap_ns, s->config->cap_ns);
	for (uint32_t i = 0; i < s->count; i++) {
		struct hvsmp_cpu *cpu = s->cpu[i];

		if (!hvsmp_is_candidate(cpu))
			continue;
		if (hvsmp_deadline_look(&all, hvsmp_now(s)) != HVSMP_DEADLINE_RUNNING)
			return; /* the rest is never asked, and refused */
		hvsmp_sipi_init(sipi, cpu);
		if (!hvsmp_is_awaited(cpu))
			continue;
		hvsmp_sipi_wait(s, sipi->delay_ns);
		hvsmp_sipi_startup(sipi, cpu);
		if (wait_until_in(cpu, SERIAL_SIPI_NS))
			continue;
		hvsmp_sipi_startup(sipi, cpu);
		(void)wait_until_in(cpu, s->config->deadline_ns);
	}
}

bool hvsmp_may_broadcast(const struct hvsmp_start *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (!s->cpu[i]->is_bsp && !hvsmp_is_candidate(s->cpu[i]))
			return false;
	}
	return true;
}

void hvsmp_send_broadcast(struct hvsmp_start *s, struct hvsmp_init_sipi *sipi)
{
	uint64_t issued;
	bool sent;

	for (uint32_t i = 0; i < s->count; i++) {
		if (hvsmp_is_candidate(s->cpu[i]))
			hvsmp_invite(s->cpu[i]);
	}
	sent = sipi->send_init_all(sipi->ctx);
	hvsmp_sipi_wait(s, sipi->delay_ns);
	issued = hvsmp_ticks(s);
	for (uint32_t i = 0; i < s->count; i++)
		s->cpu[i]->issued = issued;
	sipi->messages += 2;
	if (sent)
		(void)sipi->send_startup_all(sipi->ctx);
}
