/* SPDX-License-Identifier: MIT */
/*
 * INIT and start-up IPIs (SDM volume 3, 9.4.4.1), in the order that a policy says: to all with one
 * delay for all of them, to one after the other with the manual's delays for each, or to all at once
 * by two messages.
 */
#include "smp/internal.h"

#include "lib/log.h"
#include "smp/deadline.h"
#include "smp/handshake.h"

#define SERIAL_SIPI_NS 200000UL /* SDM: 200 us between the start-up IPIs */
#define PAGE_SHIFT     12

bool sipi_is_candidate(const struct cpu *cpu)
{
	return !cpu->is_bsp && cpu->prepared && cpu->map_state != HVSMP_MAP_ABSENT &&
	       (cpu->outcome == START_NONE || cpu->outcome == START_REFUSED) &&
	       handshake_read(&cpu->stage) == STAGE_IDLE;
}

bool sipi_is_awaited(const struct cpu *cpu)
{
	return cpu->method == CPU_METHOD_SIPI && handshake_read(&cpu->stage) == STAGE_INVITED &&
	       !__atomic_load_n(&cpu->faulted, __ATOMIC_ACQUIRE);
}

static uint8_t vector_of(const struct smp *smp)
{
	return (uint8_t)(smp->config.low_page >> PAGE_SHIFT);
}

static void wait_for(const struct smp *smp, uint64_t ns)
{
	struct deadline d;

	if (!ns)
		return;
	deadline_start(&d, ns, ns);
	while (deadline_look(&d) == DEADLINE_RUNNING) {
		show_progress(smp);
		arch_pause();
	}
}

static void invite(struct smp *smp, struct cpu *cpu)
{
	cpu->method = CPU_METHOD_SIPI;
	cpu->starter = smp->bsp->index;
	cpu->issued_tsc = 0; /* of a call that was refused */
	(void)stage_invite(&cpu->stage);
}

/* One whose APIC does not take the message is out. */
static void send_init(struct smp *smp, struct cpu *cpu)
{
	enum err e = arch_apic_send_init(cpu->apic_id);

	smp->ipis++;
	if (e)
		log_warn("APIC id %u: INIT not sent: %s", cpu->apic_id, err_name(e));
	else
		invite(smp, cpu);
}

static void send_startup(struct smp *smp, struct cpu *cpu)
{
	enum err e;

	if (!cpu->issued_tsc)
		cpu->issued_tsc = arch_tsc();
	smp->ipis++;
	e = arch_apic_send_startup(cpu->apic_id, vector_of(smp));
	if (e)
		log_warn("APIC id %u: start-up IPI not sent: %s", cpu->apic_id, err_name(e));
}

void sipi_send_startups(struct smp *smp)
{
	for (size_t i = 0; i < smp->count; i++) {
		if (sipi_is_awaited(smp->cpu[i]))
			send_startup(smp, smp->cpu[i]);
	}
}

static void send_parallel(struct smp *smp, uint64_t delay_ns)
{
	for (size_t i = 0; i < smp->count; i++) {
		if (sipi_is_candidate(smp->cpu[i]))
			send_init(smp, smp->cpu[i]);
	}
	wait_for(smp, delay_ns);
	sipi_send_startups(smp);
}

/* False: it has not come within ns. */
static bool wait_until_in(const struct cpu *cpu, uint64_t ns)
{
	struct deadline d;

	deadline_start(&d, ns, ns);
	while (sipi_is_awaited(cpu)) {
		if (deadline_look(&d) != DEADLINE_RUNNING)
			return false;
		arch_pause();
	}
	return true;
}

static void send_serial(struct smp *smp, uint64_t delay_ns)
{
	struct deadline all;

	deadline_start(&all, smp->config.cap_ns, smp->config.cap_ns);
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp->cpu[i];

		if (!sipi_is_candidate(cpu))
			continue;
		if (deadline_look(&all) != DEADLINE_RUNNING)
			return; /* the rest is never asked, and refused */
		send_init(smp, cpu);
		if (!sipi_is_awaited(cpu))
			continue;
		wait_for(smp, delay_ns);
		send_startup(smp, cpu);
		if (wait_until_in(cpu, SERIAL_SIPI_NS))
			continue;
		send_startup(smp, cpu);
		(void)wait_until_in(cpu, smp->config.deadline_ns);
	}
}

bool sipi_may_broadcast(const struct smp *smp)
{
	if (smp->incomplete || smp->left_out || smp->disabled)
		return false;
	for (size_t i = 0; i < smp->count; i++) {
		if (!smp->cpu[i]->is_bsp && !sipi_is_candidate(smp->cpu[i]))
			return false;
	}
	return true;
}

static void send_broadcast(struct smp *smp, uint64_t delay_ns)
{
	uint64_t issued;
	enum err e;

	for (size_t i = 0; i < smp->count; i++) {
		if (sipi_is_candidate(smp->cpu[i]))
			invite(smp, smp->cpu[i]);
	}
	e = arch_apic_send_init_all();
	wait_for(smp, delay_ns);
	issued = arch_tsc();
	for (size_t i = 0; i < smp->count; i++)
		smp->cpu[i]->issued_tsc = issued;
	smp->ipis += 2;
	e = e ? e : arch_apic_send_startup_all(vector_of(smp));
	if (e)
		log_warn("INIT-SIPI to all processors not sent: %s", err_name(e));
}

void sipi_send(struct smp *smp)
{
	const struct sipi_policy *policy = &smp->config.sipi;

	switch (policy->shape) {
	case SIPI_SERIAL: send_serial(smp, policy->init_delay_ns); break;
	case SIPI_BROADCAST: send_broadcast(smp, policy->init_delay_ns); break;
	case SIPI_PARALLEL: send_parallel(smp, policy->init_delay_ns); break;
	}
}
