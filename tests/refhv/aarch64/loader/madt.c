/* SPDX-License-Identifier: MIT */
/* Processors, as the firmware's MADT has them: GICC entries. */
#include "tests/refhv/aarch64/loader/load.h"

#include "tests/refhv/faults/acpi.h"
#include "tests/refhv/log.h"

#define MADT_ENTRIES 44U
#define STACK_SIZE   (2 * PAGE_SIZE)
#define ENABLED      1U

/* ACPI 6.4, 5.2.12.14, as far as it is read here. */
struct gicc {
	uint8_t type;
	uint8_t length;
	uint16_t reserved;
	uint32_t number;
	uint32_t uid;
	uint32_t flags;
	uint8_t others[52];
	uint64_t mpidr;
} __attribute__((packed));
_Static_assert(offsetof(struct gicc, mpidr) == 68, "ACPI, 5.2.12.14");
#define GICC 0x0B

/* The next usable processor behind `*at`, or NULL. */
static const struct gicc *next(const struct acpi_header *madt, uint32_t *at)
{
	const uint8_t *table = (const uint8_t *)madt;

	while (*at + 2 <= madt->length) {
		const struct gicc *entry = (const struct gicc *)(table + *at);

		if (entry->length < 2 || entry->length > madt->length - *at)
			log_fatal("madt_is_malformed");
		*at += entry->length;
		if (entry->type == GICC && entry->length >= sizeof(*entry) &&
		    entry->flags & ENABLED)
			return entry;
	}
	return NULL;
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
