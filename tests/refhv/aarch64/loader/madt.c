/* SPDX-License-Identifier: MIT */
/* Processors, as the firmware's MADT has them: GICC entries. */
#include "tests/refhv/aarch64/loader/load.h"

#include "tests/refhv/aarch64/madt.h"
#include "tests/refhv/log.h"

#define STACK_SIZE (2 * PAGE_SIZE)

/* The next usable processor behind `*at`, or NULL. */
static const struct gicc *next(const struct acpi_header *madt, uint32_t *at)
{
	const struct gicc *entry = madt_next(madt, at);

	while (entry && !(entry->flags & GICC_ENABLED))
		entry = madt_next(madt, at);
	if (!entry && *at < madt->length)
		log_fatal("madt_is_malformed");
	return entry;
}

static const struct acpi_header *find_madt(const EFI_SYSTEM_TABLE *system)
{
	const struct acpi_header *madt = boot_find_table(system, "APIC");

	if (!madt)
		log_fatal("no_madt");
	return madt;
}

uint32_t madt_count(const EFI_SYSTEM_TABLE *system)
{
	const struct acpi_header *madt = find_madt(system);
	uint32_t at = MADT_ENTRIES, count = 0;

	while (next(madt, &at))
		count++;
	if (!count || count > VPS_MAX)
		log_fatal("no_or_too_many_processors");
	return count;
}

static void insert(struct vp *vp)
{
	uint32_t i = hv.vp_count++;

	for (; i && hv.vps[i - 1]->mpidr > vp->mpidr; i--)
		hv.vps[i] = hv.vps[i - 1];
	hv.vps[i] = vp;
}

/* Numbered as APIC ids are: what an MPIDR says below 2^24 tells processors apart. */
static void number(void)
{
	static uint32_t ids[VPS_MAX], indexes[VPS_MAX];

	for (uint32_t i = 0; i < hv.vp_count; i++)
		ids[i] = (uint32_t)hv.vps[i]->mpidr;
	topology_number(hv.cfg.numbering, ids, hv.vp_count, indexes);
	for (uint32_t i = 0; i < hv.vp_count; i++)
		hv.vps[i]->index = indexes[i];
}

void madt_create_vps(const EFI_SYSTEM_TABLE *system)
{
	const struct acpi_header *madt = find_madt(system);
	uint64_t mine = READ_SYSREG(mpidr_el1) & MPIDR_AFFINITY;
	const struct gicc *gicc;
	uint32_t at = MADT_ENTRIES;

	while ((gicc = next(madt, &at))) {
		struct vp *vp = arena_take(sizeof(*vp));

		vp->stack_top = (uint64_t)arena_take(STACK_SIZE) + STACK_SIZE;
		vp->mpidr = gicc->mpidr & MPIDR_AFFINITY;
		vp->uid = gicc->uid;
		if (vp->mpidr == mine) {
			vp->state = VP_ON;
			hv.bsp = vp;
		}
		insert(vp);
	}
	if (!hv.bsp)
		log_fatal("boot_processor_is_not_in_madt");
	number();
}
