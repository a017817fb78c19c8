/* SPDX-License-Identifier: MIT */
/*
 * Calls between processors that are up. Each has one box, in which one call at a time is put by
 * the caller:
 *
 *     EMPTY -> TAKEN -> POSTED -> RUNNING -> DONE -> EMPTY
 *                       POSTED -> WITHDRAWN             no answer in time: the end of this box
 *
 * After POSTED comes exactly one IPI, and the box is looked into only because of one. A box is
 * posted again only when its last IPI has been taken, so none can fall together with another: as
 * many are taken as were sent, and one that is lost is a call that is lost, and is noticed.
 */
#include "smp/internal.h"

#include "smp/calls.h"
#include "smp/deadline.h"

enum box { BOX_EMPTY, BOX_TAKEN, BOX_POSTED, BOX_RUNNING, BOX_DONE, BOX_WITHDRAWN };

/* An AP gives up sooner, so that who waits for it sees it go on. */
#define AP_PART 2

void call_beat(struct cpu *self)
{
	__atomic_store_n(&self->calls.beats, self->calls.beats + 1, __ATOMIC_RELEASE);
}

static void take_call(struct cpu *self)
{
	struct cpu_calls *calls = &self->calls;

	if (arch_interrupts() == calls->taken)
		return;
	__atomic_store_n(&calls->taken, calls->taken + 1, __ATOMIC_RELAXED);
	if (!hvsmp_handshake_swap(&calls->box, BOX_POSTED, BOX_RUNNING))
		return; /* withdrawn */
	calls->fn(self, calls->arg);
	call_beat(self);
	__atomic_store_n(&calls->box, BOX_DONE, __ATOMIC_RELEASE);
}

void call_pause(struct cpu *self)
{
	arch_interrupts_window();
	take_call(self);
}

void smp_serve(struct cpu *self)
{
	arch_interrupts_prepare();
	while (!self->calls.leaves) {
		if (arch_interrupts() == self->calls.taken)
			arch_interrupts_wait();
		take_call(self);
	}
}

static bool is_lost(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->calls.lost, __ATOMIC_ACQUIRE);
}

static bool is_member(const struct cpu *cpu)
{
	const struct smp *smp = cpu->smp;

	return cpu->rank < smp->members && smp->member[cpu->rank] == cpu;
}

static void start_patience(struct hvsmp_deadline *d, const struct cpu *self)
{
	const struct smp_config *config = &self->smp->config;

	deadline_start(d, self->start.is_bsp ? config->deadline_ns : config->deadline_ns / AP_PART,
		       config->cap_ns);
}

static enum err take_box(struct cpu *self, struct cpu *cpu)
{
	struct hvsmp_deadline d;

	start_patience(&d, self);
	for (;;) {
		if (is_lost(cpu))
			return ERR_NOT_FOUND;
		if (hvsmp_handshake_swap(&cpu->calls.box, BOX_EMPTY, BOX_TAKEN))
			return OK;
		if (!deadline_runs(&d)) {
			__atomic_store_n(&cpu->calls.lost, 1, __ATOMIC_RELEASE);
			return ERR_TIMEOUT;
		}
		call_pause(self);
	}
}

static void post(struct cpu *cpu, smp_call_fn fn, void *arg)
{
	cpu->calls.fn = fn;
	cpu->calls.arg = arg;
	__atomic_store_n(&cpu->calls.box, BOX_POSTED, __ATOMIC_RELEASE);
}

/* It goes on being progress as long as it makes and takes calls itself. */
static enum err await(struct cpu *self, struct cpu *cpu)
{
	uint32_t *box = &cpu->calls.box;
	uint32_t before = 0;
	struct hvsmp_deadline d;

	start_patience(&d, self);
	while (hvsmp_handshake_read(box) != BOX_DONE) {
		uint32_t beats = hvsmp_handshake_read(&cpu->calls.beats);

		if (beats != before)
			deadline_progress(&d);
		before = beats;
		call_pause(self);
		if (deadline_runs(&d))
			continue;
		(void)hvsmp_handshake_swap(box, BOX_POSTED, BOX_WITHDRAWN);
		if (hvsmp_handshake_read(box) == BOX_DONE) /* at the last moment */
			break;
		__atomic_store_n(&cpu->calls.lost, 1, __ATOMIC_RELEASE);
		return ERR_TIMEOUT;
	}
	__atomic_store_n(box, BOX_EMPTY, __ATOMIC_RELEASE);
	return OK;
}

enum err smp_call(struct cpu *cpu, smp_call_fn fn, void *arg)
{
	struct cpu *self = arch_cpu_owner();
	enum err e;

	if (!is_member(cpu))
		return ERR_NOT_FOUND;
	if (cpu == self) {
		fn(self, arg);
		return OK;
	}
	e = take_box(self, cpu);
	if (!e) {
		post(cpu, fn, arg);
		kick(self, &cpu, 1);
		e = await(self, cpu);
	}
	call_beat(self);
	return e;
}

size_t smp_broadcast(struct smp *smp, smp_call_fn fn, void *arg)
{
	struct cpu *self = smp->bsp;
	size_t lost = 0;
	size_t count = 0;

	for (size_t i = 0; i < smp->members; i++) {
		struct cpu *cpu = smp->member[i];

		if (cpu == self)
			continue;
		if (take_box(self, cpu)) {
			lost++;
			continue;
		}
		post(cpu, fn, arg);
		smp->callees[count++] = cpu;
	}
	kick(self, smp->callees, count);
	fn(self, arg);
	for (size_t i = 0; i < count; i++)
		lost += await(self, smp->callees[i]) != OK;
	return lost;
}

static void leave(struct cpu *self, void *arg)
{
	(void)arg;
	self->calls.leaves = true;
}

void smp_dismiss(struct smp *smp)
{
	(void)smp_broadcast(smp, leave, NULL);
}

static void join(struct smp *smp, struct cpu *cpu)
{
	cpu->rank = (uint32_t)smp->members;
	smp->member[smp->members++] = cpu;
	cpu->calls.epoch = 0;
	for (int i = 0; i < SMP_BARRIER_ROUNDS; i++)
		cpu->calls.barrier[i] = 0;
}

enum err smp_gather(struct smp *smp)
{
	size_t pages = pages_of(smp->count * sizeof(struct cpu *));

	if (!smp->member) {
		smp->member = pages_alloc(smp->pages, pages, 0);
		smp->callees = pages_alloc(smp->pages, pages, 0);
		arch_interrupts_prepare();
	}
	if (!smp->member || !smp->callees)
		return ERR_NO_MEMORY;
	smp->members = 0;
	__atomic_store_n(&smp->barrier_broken, 0, __ATOMIC_RELAXED);
	for (size_t i = 0; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		cpu->rank = UINT32_MAX;
		if (cpu->verdict == CPU_ONLINE && !is_lost(cpu))
			join(smp, cpu);
	}
	return OK;
}
