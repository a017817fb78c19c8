/* SPDX-License-Identifier: MIT */
/* How other processors are reached, by the firmware's tables: the GIC, and PSCI's conduit. */
#include "kernel/platform.h"

#include "arch/aarch64/arm.h"
#include "lib/log.h"
#include "lib/tally.h"

struct found {
	struct tally beyond; /* bases that are no addresses, or one range too many */
};

static void on_redistributors(void *ctx, uint64_t base, uint32_t size)
{
	struct found *found = ctx;
	uint64_t bytes = size ? size : ARCH_GIC_FRAMES;

	if (base % PAGE_SIZE || bytes % PAGE_SIZE || !arch_is_physical(base, bytes) ||
	    !arch_gic_redistributors(base, bytes))
		tally_add(&found->beyond, base);
}

static void read_gic(const struct acpi_table *madt)
{
	static const struct acpi_gic_fns fns = {.redistributors = on_redistributors};
	struct found found = {0};
	char text[TALLY_TEXT_SIZE];
	struct acpi_gic gic;

	(void)acpi_gic_read(madt, &gic, &fns, &found); /* what is odd the topology says */
	if (gic.distributor)
		arch_gic_distributor(gic.distributor);
	if (found.beyond.count)
		log_warn("MADT: %lu ranges of redistributors cannot be used, at %s",
			 (unsigned long)found.beyond.count,
			 tally_text(&found.beyond, TALLY_HEX, text));
}

enum err platform_ipi_open(const struct platform *p)
{
	if (p->has_fadt && p->fadt.psci)
		arch_psci_init(p->fadt.psci_by_hvc ? ARCH_CONDUIT_HVC : ARCH_CONDUIT_SMC);
	if (p->has_madt)
		read_gic(&p->madt);
	return arch_ipi_init();
}
