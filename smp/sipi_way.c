/* SPDX-License-Identifier: MIT */
/*
 * The second rung: INIT-SIPI, for every processor that the first rung is known not to have started.
 * Who is asked, and the wait for them; sipi_send.c is the sending.
 */
#include "smp/internal.h"

#include "lib/log.h"
#include "smp/deadline.h"
#include "smp/handshake.h"

#define SECOND_SIPI_NS 20000000UL /* no progress for this long: one more start-up IPI */

static enum err prepare(struct smp *smp, struct arch_sipi_target *targets, size_t count)
{
	enum err e;

	if (!smp->config.low_page) {
		log_warn("no page below 1 MiB: %u processors cannot be started by INIT-SIPI",
			 (unsigned int)count);
		return ERR_NO_MEMORY;
	}
	e = arch_sipi_prepare(smp->config.low_page, smp->pages, targets, count);
	if (e)
		log_warn("INIT-SIPI cannot be prepared: %s", err_name(e));
	return e;
}

/* Wait until all have come and proved themselves, or nothing happens for patience_ns. */
static enum deadline_end await(struct smp *smp, uint64_t patience_ns, uint64_t cap_ns)
{
	enum deadline_end end;
	struct deadline d;
	uint64_t before = 0;

	deadline_start(&d, patience_ns, cap_ns);
	do {
		uint64_t sum = 0;
		bool waiting = false;

		for (size_t i = 0; i < smp->count; i++) {
			const struct cpu *cpu = smp->cpu[i];

			if (cpu->method != CPU_METHOD_SIPI)
				continue;
			sum += handshake_read(&cpu->stage);
			waiting |= sipi_is_awaited(cpu) ||
				   (handshake_read(&cpu->stage) == STAGE_ARRIVED &&
				    !__atomic_load_n(&cpu->faulted, __ATOMIC_ACQUIRE));
		}
		if (!waiting)
			return DEADLINE_RUNNING;
		if (sum != before)
			deadline_progress(&d);
		before = sum;
		show_progress(smp);
		arch_pause();
		end = deadline_look(&d);
	} while (end == DEADLINE_RUNNING);
	return end;
}

/* The processors that need this rung, from a fresh allocation; *count 0: there are none. */
static struct arch_sipi_target *candidates(struct smp *smp, size_t *count)
{
	struct arch_sipi_target *targets;

	*count = 0;
	for (size_t i = 0; i < smp->count; i++)
		*count += sipi_is_candidate(smp->cpu[i]);
	if (!*count)
		return NULL;
	targets = pages_alloc(smp->pages, pages_of(*count * sizeof(*targets)), 0);
	if (!targets)
		return NULL;
	*count = 0;
	for (size_t i = 0; i < smp->count; i++) {
		if (sipi_is_candidate(smp->cpu[i]))
			targets[(*count)++] = (struct arch_sipi_target){smp->cpu[i]->apic_id,
									arch_of(smp->cpu[i])};
	}
	return targets;
}

bool sipi_prepare(struct smp *smp)
{
	size_t count;
	struct arch_sipi_target *targets = candidates(smp, &count);

	if (!count)
		return false;
	if (!targets) {
		log_warn("no memory to prepare INIT-SIPI for %u processors", (unsigned int)count);
		return false;
	}
	return !prepare(smp, targets, count);
}

void sipi_run(struct smp *smp)
{
	uint64_t cap = smp->config.cap_ns;
	uint64_t start;
	uint64_t used;
	enum deadline_end end;

	sipi_send(smp);
	arrivals_watch(smp, sipi_is_awaited);
	start = arch_clock_ns();
	end = await(smp, SECOND_SIPI_NS, cap);
	if (end != DEADLINE_RUNNING) {
		sipi_send_startups(smp);
		used = arch_clock_ns() - start; /* one cap for both waits */
		end = await(smp, smp->config.deadline_ns, used < cap ? cap - used : 0);
	}
	if (end != DEADLINE_RUNNING)
		log_warn("gave up waiting for processors started by INIT-SIPI: %s",
			 deadline_end_name(end));
	/* Also those that faulted on their way in are not to come any more. */
	for (size_t i = 0; i < smp->count; i++)
		(void)stage_revoke(&smp->cpu[i]->stage);
}

void sipi_way(struct smp *smp)
{
	if (sipi_prepare(smp))
		sipi_run(smp);
}
