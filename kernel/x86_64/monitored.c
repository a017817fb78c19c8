/* SPDX-License-Identifier: MIT */
/*
 * vtl=monitor, in VTL 0: make what the monitor in VTL 1 is to have (monitor.c), go there once, and
 * bring all processors up as ever - each comes through VTL 1. Each then writes to its code, and the
 * boot processor looks what came of it, here and there. Whatever is missing or refused has a reason
 * of its own, and the bring-up goes on.
 */
#include "kernel/x86_64/monitor.h"

#include "lib/log.h"

/* How far a processor is with its write. */
enum { WRITE_NONE, WRITE_BEGUN, WRITE_DONE };

struct write {
	uint32_t state;
	uint32_t before, found; /* of the word; found: behind the write */
};

/* A write comes back at once or not at all. */
#define PATIENCE_NS 2000000000UL

static struct {
	struct kernel *k;
	uint64_t code; /* of VtlCall */
	struct pages pages;
	struct monitor *monitor;
	struct write *write;            /* by index in the ledger */
	void (*after)(struct cpu *cpu); /* what an AP does otherwise */
} site;

/* --- before: what the monitor is to have ------------------------------------------------------ */

/* Records, and pages that 0x99's contexts, stacks and the hypervisor's pages take. */
enum { PAGES_EACH = 1 + ARCH_STACK_PAGES + 2, PAGES_MORE = 16, SLOTS_A_TABLE = 32 };

static size_t pages_wanted(const struct smp *smp)
{
	return arch_tables_size() + smp->count * PAGES_EACH + smp->count / SLOTS_A_TABLE +
	       pages_of(smp->count * sizeof(struct vtl_watched)) +
	       pages_of(smp->count * sizeof(struct monitor_cpu *)) + PAGES_MORE;
}

static void *take(size_t pages)
{
	return pages_alloc(&site.pages, pages, 0);
}

static struct hvsmp_memory page(void)
{
	void *va = take(1);

	return (struct hvsmp_memory){va, (uint64_t)va};
}

static struct monitor_cpu *make_cpu(struct monitor *m, uint32_t index, struct vtl_watched *watched)
{
	struct monitor_cpu *cpu = take(1);

	if (!cpu || arch_cpu_init((struct arch_cpu *)cpu->block, &site.pages, monitor_enter, NULL))
		return NULL;
	cpu->monitor = m;
	cpu->watched = &watched[index];
	cpu->caller = (struct hvsmp_caller){
		.hv = &m->hv,
		.input = {cpu->input, (uint64_t)cpu->input},
		.output = {cpu->output, (uint64_t)cpu->output},
		.vtl = VTL,
	};
	cpu->intercepts = (struct hvsmp_intercepts){&m->host, page(), page()};
	return cpu->intercepts.messages.va ? cpu : NULL;
}

/* On VTL 1's tables. */
static bool make_monitor(struct kernel *k, const struct page_range *own)
{
	struct monitor *m = take(1);
	struct vtl_watched *watched = take(pages_of(k->smp.count * sizeof(*watched)));
	struct monitor_cpu **cpus = take(pages_of(k->smp.count * sizeof(struct monitor_cpu *)));
	void *input = take(1);

	if (!m || !watched || !cpus || !input)
		return false;
	*m = (struct monitor){.k = k,
			      .pages = &site.pages,
			      .own = *own,
			      .host = kernel_host,
			      .input = input,
			      .cpu = cpus,
			      .count = k->smp.count};
	m->host.trace = NULL; /* VTL 1 does not log */
	for (uint32_t i = 0; i < m->count; i++) {
		if (!smp_cpu(&k->smp, i)->start.prepared)
			continue;
		m->cpu[i] = make_cpu(m, i, watched);
		if (!m->cpu[i])
			return false;
	}
	m->boot = m->cpu[k->smp.bsp->start.index];
	site.monitor = m;
	k->vtl.monitor.watched = watched;
	return true;
}

/* All in one piece, which is easily protected; page tables and vectors are copies. */
static bool make(struct kernel *k, struct arch_tables *before)
{
	size_t left = pages_left(&k->pages);
	size_t wanted = pages_wanted(&k->smp);
	struct page_range own = {(uint64_t)pages_alloc(&k->pages, wanted, 0), wanted * PAGE_SIZE};
	struct arch_tables tables;

	site.write = pages_alloc(&k->pages, pages_of(k->smp.count * sizeof(*site.write)), 0);
	k->smp.free_before -= left - pages_left(&k->pages); /* no processor's */
	if (!own.base || !site.write || !pages_init(&site.pages, &own, 1) ||
	    arch_tables_copy(&tables, &site.pages))
		return VTL_REFUSE(&k->vtl, "no memory for the page tables of VTL 1");
	arch_tables_use(&tables, before);
	if (make_monitor(k, &own))
		return true;
	arch_tables_use(before, NULL);
	return VTL_REFUSE(&k->vtl, "no memory for the stacks of VTL 1");
}

static bool go_there(struct kernel *k, void (*work)(struct kernel *k))
{
	struct hvsmp_vtl_offsets offsets;
	struct hvsmp_context context;
	struct arch_tables before;
	struct monitor *m;
	bool ran;

	if (!vtl_is_offered(k) ||
	    !hvsmp_may_intercept(&k->platform.hypervisor.features, k->vtl.reason) ||
	    !vtl_is_possible(k, &offsets) || !vtl_enable_for_partition(k) || !make(k, &before))
		return false;
	m = site.monitor;
	m->work = work;
	site.code = (uint64_t)k->platform.hypervisor.hv.page.va + offsets.call;
	smp_context_of((struct arch_cpu *)m->boot->block, &context);
	ran = vtl_enable_for_self(k, &context);
	if (ran) {
		smp_map(&k->smp);
		ran = vtl_visit(k, site.code);
	}
	arch_tables_use(&before, NULL);
	return ran && k->vtl.monitor.is_armed;
}

/* --- every processor's write ------------------------------------------------------------------ */

static const uint32_t *target_of(uint32_t index)
{
	return &arch_targets[index % ARCH_TARGETS];
}

static uint32_t read(const uint32_t *word)
{
	return *(const volatile uint32_t *)word;
}

/* What goes through is taken back. */
static void write_to_code(struct cpu *cpu)
{
	const uint32_t *target = target_of(cpu->start.index);
	struct write *w = &site.write[cpu->start.index];

	if (!__atomic_load_n(&site.k->vtl.monitor.watched[cpu->start.index].is_ready,
			     __ATOMIC_ACQUIRE))
		return;
	w->before = read(target);
	__atomic_store_n(&w->state, WRITE_BEGUN, __ATOMIC_RELEASE);
	(void)arch_target_write(target, ~w->before);
	w->found = read(target);
	if (w->found != w->before)
		(void)arch_target_write(target, w->before);
	__atomic_store_n(&w->state, WRITE_DONE, __ATOMIC_RELEASE);
}

static void on_ap(struct cpu *cpu)
{
	write_to_code(cpu);
	site.after(cpu);
}

/* --- after: what came of it ------------------------------------------------------------------- */

static bool is_online(const struct cpu *cpu)
{
	return cpu->verdict == CPU_ONLINE;
}

static bool is_done(const struct cpu *cpu)
{
	return !is_online(cpu) || !site.k->vtl.monitor.watched[cpu->start.index].is_ready ||
	       __atomic_load_n(&site.write[cpu->start.index].state, __ATOMIC_ACQUIRE) == WRITE_DONE;
}

static bool all_aps_are_done(const struct smp *smp)
{
	bool done = true;

	for (size_t i = 0; i < smp->count; i++)
		done &= smp_cpu(smp, i)->start.is_bsp || is_done(smp_cpu(smp, i));
	return done;
}

/* Where an AP's does not come back, the boot processor's would not, and there were no report. */
static void write_too(struct kernel *k)
{
	uint64_t end = arch_clock_ns() + PATIENCE_NS;

	for (uint64_t looks = 0; !all_aps_are_done(&k->smp); looks++) {
		if (arch_clock_ns() >= end || looks >= PATIENCE_NS)
			return;
		arch_pause();
	}
	write_to_code(k->smp.bsp);
}

static bool differs(struct vtl_monitor *m, const struct cpu *cpu, const char *what,
		    uint64_t expected, uint64_t actual)
{
	if (expected == actual)
		return false;
	m->broken++;
	log_warn(ARCH_HW_ID " %lu: its write to code: %s expected 0x%lx, is 0x%lx", cpu_id(cpu),
		 what, (unsigned long)expected, (unsigned long)actual);
	return true;
}

static void judge(struct kernel *k, const struct cpu *cpu)
{
	struct vtl_monitor *m = &k->vtl.monitor;
	const struct vtl_watched *w = &m->watched[cpu->start.index];
	const struct write *write = &site.write[cpu->start.index];

	if (!is_online(cpu))
		return;
	if (w->reason[0]) {
		(void)VTL_REFUSE(&k->vtl, "in VTL 1 of " ARCH_HW_ID " %lu: %s", cpu_id(cpu),
				 w->reason);
		log_warn("%s", k->vtl.reason);
	}
	if (!w->is_ready)
		return;
	if (!is_done(cpu)) {
		m->broken++;
		log_warn(ARCH_HW_ID " %lu: its write to code %s", cpu_id(cpu),
			 write->state == WRITE_BEGUN ? "has not come back"
						     : "is not tried: another's has not come back");
	}
	if (write->state == WRITE_NONE)
		return;
	if (write->state == WRITE_DONE && differs(m, cpu, "the word", write->before, write->found))
		return;
	if (differs(m, cpu, "intercepts", 1, w->intercepts))
		return;
	(void)differs(m, cpu, "address", (uint64_t)target_of(cpu->start.index), w->address);
	(void)differs(m, cpu, "rip", arch_target_writer(), w->rip);
}

static void seal(struct kernel *k)
{
	struct vtl_monitor *m = &k->vtl.monitor;

	(void)vtl_visit(k, site.code);
	if (!m->knows_after)
		(void)VTL_REFUSE(&k->vtl, "VtlCall comes back, and VTL 1 has not run again");
	if (!m->denies)
		log_warn("%s", k->vtl.reason);
	if (!m->knows_after || m->after == m->before)
		return;
	m->broken++;
	log_warn("code and constants: checksum expected 0x%08x, is 0x%08x", m->before, m->after);
}

/* The last one that is online; with an INIT first: whom it resets gets no start-up IPI. */
static void try_to_reset(struct kernel *k)
{
	struct vtl_monitor *m = &k->vtl.monitor;
	const struct cpu *victim = NULL;

	for (size_t i = 0; i < k->smp.count; i++) {
		const struct cpu *cpu = smp_cpu(&k->smp, i);

		if (!cpu->start.is_bsp && is_online(cpu))
			victim = cpu;
	}
	if (!m->denies || !victim || arch_reset(victim->start.hw_id))
		return;
	m->has_sent = true;
	m->sent_to = victim->start.hw_id;
	smp_roll_call(&k->smp);
	if (is_online(victim)) {
		(void)arch_apic_send_startup((uint32_t)m->sent_to,
					     (uint8_t)(k->boot->low_page / PAGE_SIZE));
		return;
	}
	m->has_reset = true;
	m->broken++;
	log_warn(ARCH_HW_ID " %lu: INIT from VTL 0 was to be dropped, and has reset it",
		 cpu_id(victim));
}

bool monitor_run(struct kernel *k, void (*work)(struct kernel *k))
{
	site.k = k;
	if (!go_there(k, work))
		return false;
	log_info("VTL 1: a monitor, hypercall page at 0x%lx",
		 (unsigned long)site.monitor->hv.page.pa);
	for (size_t i = 0; i < k->smp.count; i++) {
		const struct hvsmp_cpu *start = &smp_cpu(&k->smp, i)->start;
		char text[HVSMP_ANSWER_SIZE];

		if (hvsmp_vtl_failed(start))
			log_warn(ARCH_HW_ID " %lu: HvCallEnableVpVtl for VTL %u on VP %u %s: it is "
					    "not started",
				 (unsigned long)start->hw_id, VTL, start->vp_index,
				 hvsmp_describe(&start->vtl_answer, text));
	}
	k->smp.config.use_sipi = false; /* no way past VTL 1 */
	site.after = k->smp.config.after;
	k->smp.config.after = on_ap;
	work(k);
	write_too(k);
	for (size_t i = 0; i < k->smp.count; i++)
		judge(k, smp_cpu(&k->smp, i));
	seal(k);
	try_to_reset(k);
	return true;
}
