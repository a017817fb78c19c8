/* SPDX-License-Identifier: MIT */
/*
 * vtl=monitor, in VTL 1: a small monitor under every processor. The boot processor comes here
 * first: it protects code, constants and all that is the monitor's from VTL 0, and gives every
 * other processor a VTL 1, so that it comes here before VTL 0 has it. From then on VTL 1 sleeps
 * until VTL 0 calls, or writes where it must not. Nothing here logs, allocates or waits once VTL 0
 * goes on. Source: TLFS, Virtual Secure Mode.
 */
#include "kernel/x86_64/monitor.h"

#include "lib/string.h"

extern char _text[], _etext[], _erodata[]; /* linker.ld; on page boundaries */

enum { WINDOWS = 1000 }; /* for an interrupt that is there already */

/* FNV-1a: a changed byte changes it for certain. */
#define FNV_BASIS 0x811C9DC5U
#define FNV_PRIME 0x01000193U

static uint32_t checksum(void)
{
	uint32_t sum = FNV_BASIS;

	for (const char *at = _text; at < _erodata; at++)
		sum = (sum ^ (uint8_t)*at) * FNV_PRIME;
	return sum;
}

/* --- set-up: the boot processor --------------------------------------------------------------- */

static uint64_t pages_between(const char *from, const char *to)
{
	return (uint64_t)(to - from) / PAGE_SIZE;
}

static bool protect(struct monitor_cpu *self, const char *what, uint64_t pa, uint64_t pages,
		    unsigned int may)
{
	struct vtl *v = &self->monitor->k->vtl;
	char text[HVSMP_ANSWER_SIZE];
	uint64_t done;
	struct hvsmp_result r = hvsmp_protect(&self->caller, pa, pages, may, &done);

	if (hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
		return true;
	return VTL_REFUSE(v,
			  "in VTL 1: %s: HvCallModifyVtlProtectionMask %s after %lu of %lu pages",
			  what, hvsmp_describe(&r, text), (unsigned long)done,
			  (unsigned long)pages);
}

static bool protect_all(struct monitor_cpu *self)
{
	const struct monitor *m = self->monitor;
	struct vtl *v = &m->k->vtl;
	struct vtl_monitor *tell = &v->monitor;
	struct hvsmp_result r = hvsmp_protect_partition(&self->caller, false);

	if (!vtl_good(v, "in VTL 1: VsmPartitionConfig: HvCallSetVpRegisters", &r,
		      HVSMP_STATUS_SUCCESS))
		return false;
	tell->code = pages_between(_text, _etext);
	tell->constants = pages_between(_etext, _erodata);
	tell->own = m->own.size / PAGE_SIZE;
	return protect(self, "code", (uint64_t)_text, tell->code,
		       HVSMP_MAY_READ | HVSMP_MAY_EXECUTE) &&
	       protect(self, "constants", (uint64_t)_etext, tell->constants, HVSMP_MAY_READ) &&
	       protect(self, "its own memory", m->own.base, tell->own, HVSMP_MAY_READ);
}

/* Who is refused a VTL 1 would run without the monitor: it is not to be started. */
static void give_vtl(struct monitor_cpu *boot, struct cpu *cpu)
{
	struct hvsmp_cpu *start = &cpu->start;
	struct monitor_cpu *its = boot->monitor->cpu[start->index];
	struct hvsmp_context context;

	if (start->is_bsp || !its || start->map_state != HVSMP_MAP_FOUND)
		return;
	smp_context_of((struct arch_cpu *)its->block, &context);
	start->vtl_calls++;
	start->vtl_answer = hvsmp_enable_vp_vtl(&boot->caller, start->vp_index, VTL, &context);
	start->prepared = hvsmp_has_vtl(start);
}

/* --- set-up: every processor ------------------------------------------------------------------ */

static void open_own(struct monitor_cpu *self)
{
	struct vtl_watched *w = self->watched;

	arch_ipi_init_ap(); /* this VTL's part of it */
	arch_interrupts_prepare();
	if (!hvsmp_intercepts_open(&self->intercepts, ARCH_NOTIFY_VECTOR, w->reason))
		__atomic_store_n(&w->is_ready, 1, __ATOMIC_RELEASE);
}

/* --- service ---------------------------------------------------------------------------------- */

static void skip(struct monitor_cpu *self, const struct hvsmp_intercept *intercept)
{
	struct vtl_watched *w = self->watched;
	char text[HVSMP_ANSWER_SIZE];
	struct hvsmp_result r = hvsmp_intercept_skip(&self->caller, 0, intercept);

	w->address = intercept->gpa;
	w->rip = intercept->rip;
	if (hvsmp_answers(&r, HVSMP_STATUS_SUCCESS))
		__atomic_store_n(&w->intercepts, w->intercepts + 1, __ATOMIC_RELEASE);
	else
		format(w->reason, sizeof(w->reason), "HvCallSetVpRegisters %s",
		       hvsmp_describe(&r, text));
}

/* The message, then the interrupt that has brought us here: it waits until it is let in. */
static void on_interrupt(struct monitor_cpu *self)
{
	uint32_t before = arch_interrupts();
	struct hvsmp_intercept intercept;
	uint32_t type;

	if (hvsmp_intercept_read(&self->intercepts, &intercept, &type))
		skip(self, &intercept);
	else
		format(self->watched->reason, sizeof(self->watched->reason),
		       "an interrupt with a message of type 0x%x", type);
	hvsmp_intercept_done(&self->intercepts);
	for (unsigned int i = 0; i < WINDOWS && arch_interrupts() == before; i++)
		arch_interrupts_window();
}

/* VTL 0 is done with starting processors: nobody starts or resets one any more. */
static void on_call(struct monitor_cpu *self)
{
	struct vtl *v = &self->monitor->k->vtl;
	struct hvsmp_result r = hvsmp_protect_partition(&self->caller, true);

	v->monitor.denies = vtl_good(v, "in VTL 1: DenyLowerVtlStartup: HvCallSetVpRegisters", &r,
				     HVSMP_STATUS_SUCCESS);
	v->monitor.before = self->monitor->checksum;
	v->monitor.after = checksum();
	v->monitor.knows_after = true;
}

/* Comes back where there is no way to VTL 0. */
static void serve(struct monitor_cpu *self)
{
	bool fast = true;

	while (!arch_vtl_serve(self->monitor->code, fast, &self->lower)) {
		fast = hvsmp_entry_reason(&self->intercepts) != HVSMP_ENTRY_INTERRUPT;
		if (fast)
			on_call(self);
		else
			on_interrupt(self);
		hvsmp_return_with(&self->intercepts, self->lower.rax, self->lower.rcx);
	}
}

/* --- the entry -------------------------------------------------------------------------------- */

static void on_boot_processor(struct monitor_cpu *self)
{
	struct monitor *m = self->monitor;
	struct kernel *k = m->k;
	struct vtl *v = &k->vtl;

	v->was_entered = true;
	arch_private_change();
	self->caller.input = (struct hvsmp_memory){m->input, (uint64_t)m->input};
	if (!vtl_open_page(k, &m->hv, &m->host, m->pages, &self->caller))
		return;
	m->code = (uint64_t)m->hv.page.va + v->offsets.ret;
	open_own(self);
	m->checksum = checksum();
	if (!self->watched->is_ready)
		(void)VTL_REFUSE(v, "in VTL 1: %s", self->watched->reason);
	else
		v->monitor.is_armed = protect_all(self);
	for (size_t i = 0; v->monitor.is_armed && i < m->count; i++)
		give_vtl(self, smp_cpu(&k->smp, i));
	serve(self);
	(void)VTL_REFUSE(v, "in VTL 1: VtlReturn raises an exception");
}

void monitor_enter(void *owner)
{
	struct monitor_cpu *self = (struct monitor_cpu *)arch_cpu_here();
	struct monitor *m = self->monitor;

	(void)owner; /* none: an exception here is a panic, no processor's loss */
	if (self != m->boot) {
		open_own(self);
		serve(self);
		arch_park();
	}
	on_boot_processor(self);
	smp_move(&m->k->smp, &m->hv, VTL);
	vtl_end_here(m->k, m->work);
}
