/* SPDX-License-Identifier: MIT */
/*
 * payload=: processors for somebody else's kernel. Before that starts, a MADT with an ACPI mailbox
 * (ACPI 6.6, 5.2.12.19) takes the place of the firmware's; when it ends boot services, the bring-up
 * runs in the middle of that call, and every processor that has proved itself waits at the mailbox.
 * docs/hand-off.md tells it from the payload's side.
 */
#include "kernel/hand_off.h"

#include "arch/x86_64/x86.h"
#include "kernel/report_table.h"
#include "lib/log.h"
#include "lib/string.h"
#include "smp/deadline.h"

enum { REPORT_FIXED = 16384, REPORT_PER_CPU = 640 };

static const struct boot_info *given; /* for APs and the log's sink */

/* --- before the payload starts ---------------------------------------------------------------- */

/* Memory that the firmware's map lists; its tables map that. */
static const void *at(void *ctx, uint64_t pa, size_t size)
{
	const struct boot_info *boot = ctx;

	for (size_t i = 0; pa && size && i < boot->memory_count; i++) {
		const struct boot_memory *m = &boot->memory[i];

		if (pa >= m->base && pa - m->base < m->size && size <= m->size - (pa - m->base))
			return (const void *)pa;
	}
	return NULL;
}

static bool find_madt(const struct boot_info *boot, struct acpi_table *madt)
{
	struct acpi_memory memory = {at, (void *)boot};
	struct acpi acpi;

	return !acpi_open(&acpi, &memory, boot->rsdp) && !acpi_find(&acpi, "APIC", madt);
}

static void count(void *ctx, const struct acpi_cpu *cpu)
{
	size_t *cpus = ctx;

	*cpus += cpu->enabled;
}

const char *kernel_hand_off_plan(const struct boot_info *boot, struct boot_hand_off *h)
{
	struct hypervisor hypervisor = {0};
	static char why[HVSMP_REASON_SIZE];
	struct acpi_madt madt;
	struct acpi_table table;
	size_t cpus = 0;

	*h = (struct boot_hand_off){.block_pages = ARCH_PARKING_PAGES};
	kernel_detect(&hypervisor);
	if (hvsmp_is_isolated(&hypervisor.features, why))
		return why;
	if (!find_madt(boot, &table))
		return "there is no MADT";
	(void)acpi_madt_read(&table, &madt, count, &cpus);
	if (madt.wakeup_mailbox)
		return "the firmware's MADT has a mailbox already";
	h->madt_room = table.size + ACPI_MAILBOX_ENTRY;
	h->report_room = sizeof(struct hvsmp_report_table) + REPORT_FIXED + cpus * REPORT_PER_CPU;
	return NULL;
}

static bool replace(const struct boot_info *boot, uint64_t from, uint64_t to)
{
	struct acpi_memory memory = {at, (void *)boot};

	return acpi_replace_table(&memory, boot->rsdp, from, to);
}

bool kernel_hand_off_publish(const struct boot_info *boot, struct boot_hand_off *h)
{
	const struct acpi_mailbox mailbox = {h->block, h->block + ARCH_PARKING_RESET_VECTOR};
	struct acpi_table madt;

	if (!find_madt(boot, &madt))
		return false;
	memset((void *)h->block, 0, PAGE_SIZE); /* no command in the mailbox */
	*h->report = (struct hvsmp_report_table){HVSMP_REPORT_SIGNATURE, HVSMP_REPORT_VERSION, 0};
	h->madt_size = acpi_madt_add_mailbox(&madt, &mailbox, h->madt);
	h->firmware_madt = (uint64_t)madt.data;
	return replace(boot, h->firmware_madt, (uint64_t)h->madt);
}

void kernel_hand_off_withdraw(const struct boot_info *boot, const struct boot_hand_off *h)
{
	(void)replace(boot, (uint64_t)h->madt, h->firmware_madt);
}

/* --- in its call that ends boot services ------------------------------------------------------ */

static void bring_up(void *arg)
{
	kernel_main(arg);
}

/* The canary is another one afterwards: no guard. */
__attribute__((no_stack_protector)) void kernel_hand_off(const struct boot_info *boot)
{
	given = boot;
	arch_with_way_back(bring_up, (void *)boot);
}

/* The report's line, out of all that is printed. */
static void keep_report(void *ctx, const char *text, size_t len)
{
	static const char begin[] = "@report ";
	static bool is_report, is_inside;
	struct hvsmp_report_table *table = given->hand_off->report;
	size_t room = given->hand_off->report_room - sizeof(*table);
	size_t from = 0;

	(void)ctx;
	if (!is_inside && len >= sizeof(begin) - 1 && !memcmp(text, begin, sizeof(begin) - 1)) {
		is_report = true;
		from = sizeof(begin) - 1;
	}
	for (size_t i = from; i < len && is_report; i++) {
		is_report = text[i] != '\n';
		if (is_report && table->size < room)
			((char *)(table + 1))[table->size++] = text[i];
	}
	is_inside = len && text[len - 1] != '\n';
}

void hand_off_prepare(const struct kernel *k)
{
	enum err e = arch_parking_prepare(k->boot->hand_off->block);

	if (e)
		log_error("payload: the mailbox cannot be made: %s", err_name(e));
	(void)log_add_sink(keep_report, NULL);
}

void hand_off_park(struct cpu *cpu)
{
	if (!cpu->mismatch_count)
		arch_parking_enter(given->hand_off->block);
}

static bool answers(const struct smp *smp, uint64_t block, const struct cpu *cpu)
{
	struct hvsmp_deadline d;

	deadline_start(&d, smp->config.deadline_ns, smp->config.cap_ns);
	arch_parking_ask(block, (uint32_t)cpu->start.hw_id);
	while (!arch_parking_has_answered(block)) {
		if (!deadline_runs(&d)) {
			arch_parking_give_up(block);
			return false;
		}
		arch_pause();
	}
	return true;
}

void hand_off_roll_call(struct kernel *k)
{
	for (size_t i = 0; i < k->smp.count; i++) {
		struct cpu *cpu = smp_cpu(&k->smp, i);

		if (cpu->verdict != CPU_ONLINE)
			continue;
		cpu->handed_over =
			cpu->start.is_bsp || answers(&k->smp, k->boot->hand_off->block, cpu);
		if (cpu->handed_over)
			continue;
		cpu->verdict = CPU_MISSING;
		log_warn("APIC id %lu: had come in, and does not answer at the mailbox",
			 cpu_id(cpu));
	}
}

static bool stays(void *ctx, uint32_t apic_id)
{
	const struct smp *smp = ctx;

	for (size_t i = 0; i < smp->count; i++) {
		if (smp_cpu(smp, i)->start.hw_id == apic_id)
			return smp_cpu(smp, i)->handed_over;
	}
	return false;
}

/* Memory that it would run in is the payload's from now on: it waits for a start-up IPI instead. */
static void hold_back(const struct cpu *cpu)
{
	enum err e;

	if (cpu->verdict != CPU_MISSING && cpu->verdict != CPU_LATE && cpu->verdict != CPU_MISMATCH)
		return;
	e = arch_reset(cpu->start.hw_id);
	if (e && !cpu->start.is_bsp)
		log_error("APIC id %lu: cannot be held back: %s", cpu_id(cpu), err_name(e));
}

_Noreturn void hand_off_end(const struct kernel *k)
{
	const struct boot_hand_off *h = k->boot->hand_off;
	size_t struck = acpi_madt_strike(h->madt, h->madt_size, stays, (void *)&k->smp);

	for (size_t i = 0; i < k->smp.count; i++)
		hold_back(smp_cpu(&k->smp, i));
	if (struck)
		log_info("payload: %lu processors are struck out of the MADT",
			 (unsigned long)struck);
	log_info("payload: goes on");
	arch_way_back();
}

static bool is_self(void *ctx, uint32_t apic_id)
{
	(void)ctx;
	return apic_id == arch_hw_id();
}

_Noreturn void hand_off_give_up(const struct boot_info *boot, const char *what)
{
	const struct boot_hand_off *h = boot->hand_off;

	(void)acpi_madt_strike(h->madt, h->madt_size, is_self, NULL);
	log_error("payload: no memory for %s: it gets the boot processor alone", what);
	arch_way_back();
}
