/* SPDX-License-Identifier: MIT */
/* Set-up out of the firmware: processors and memory. */
#include "tests/refhv/loader/boot.h"

#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/state.h"

#define BELOW_4G         0xFFFFFFFFUL /* the trampoline loads CR3 in 16-bit code */
#define BELOW_640K       0x9FFFFUL
#define MAP_SLACK        (16 * sizeof(EFI_MEMORY_DESCRIPTOR)) /* the pool grows by asking */
#define PROCESSOR_BSP    0x1U
#define PROCESSOR_USABLE 0x2U

/* UEFI Platform Initialization specification, MP Services Protocol; GNU-EFI has no header of it. */
struct processor_information {
	uint64_t processor_id; /* APIC id */
	uint32_t status;
	uint32_t location[3];
	uint32_t extended_location[6];
};
_Static_assert(sizeof(struct processor_information) == 48, "PI, EFI_PROCESSOR_INFORMATION");

struct mp_services {
	EFI_STATUS(EFIAPI *get_number)(struct mp_services *, UINTN *all, UINTN *enabled);
	EFI_STATUS(EFIAPI *get_info)(struct mp_services *, UINTN, struct processor_information *);
};

static const EFI_GUID mp_services_guid = {0x3fdda605,
					  0xa76e,
					  0x4f46,
					  {0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08}};

static void insert_sorted(struct boot_processors *processors, uint32_t apic_id)
{
	uint32_t i = processors->count++;

	for (; i && processors->apic_ids[i - 1] > apic_id; i--)
		processors->apic_ids[i] = processors->apic_ids[i - 1];
	processors->apic_ids[i] = apic_id;
}

struct boot_processors *boot_find_processors(void)
{
	static struct boot_processors processors;
	struct processor_information info;
	struct mp_services *mp;
	UINTN all, enabled;

	if (EFI_ERROR(boot_services->LocateProtocol((EFI_GUID *)&mp_services_guid, NULL,
						    (void **)&mp)) ||
	    EFI_ERROR(mp->get_number(mp, &all, &enabled)))
		log_fatal("no_mp_services");
	for (UINTN i = 0; i < all; i++) {
		if (EFI_ERROR(mp->get_info(mp, i, &info)) || !(info.status & PROCESSOR_USABLE))
			continue;
		if (processors.count == MAX_VPS || info.processor_id >= MAX_APIC_IDS)
			log_fatal("too_many_processors");
		insert_sorted(&processors, (uint32_t)info.processor_id);
		if (info.status & PROCESSOR_BSP)
			processors.bsp_apic_id = (uint32_t)info.processor_id;
	}
	return &processors;
}

static struct range allocate(EFI_PHYSICAL_ADDRESS below, uint64_t pages, const char *what)
{
	EFI_PHYSICAL_ADDRESS at = below;

	if (EFI_ERROR(boot_services->AllocatePages(AllocateMaxAddress, EfiReservedMemoryType, pages,
						   &at)))
		log_fatal(what);
	return (struct range){at, at + pages * PAGE_SIZE};
}

static bool is_guest_ram(uint32_t type)
{
	switch (type) {
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData:
	case EfiRuntimeServicesCode:
	case EfiRuntimeServicesData:
	case EfiConventionalMemory:
	case EfiACPIReclaimMemory:
	case EfiACPIMemoryNVS: return true;
	default: return false;
	}
}

static void add_ram(const EFI_MEMORY_DESCRIPTOR *d)
{
	uint64_t end = d->PhysicalStart + d->NumberOfPages * PAGE_SIZE;

	if (!is_guest_ram(d->Type))
		return;
	if (hv.ram_count && hv.ram[hv.ram_count - 1].end == d->PhysicalStart) {
		hv.ram[hv.ram_count - 1].end = end;
		return;
	}
	if (hv.ram_count == RAM_RANGES_MAX)
		log_fatal("too_many_memory_ranges");
	hv.ram[hv.ram_count++] = (struct range){d->PhysicalStart, end};
}

static void find_ram(void)
{
	UINTN size = 0, key, step;
	UINT32 version;
	uint8_t *map = NULL;

	boot_services->GetMemoryMap(&size, NULL, &key, &step, &version);
	size += MAP_SLACK;
	if (EFI_ERROR(boot_services->AllocatePool(EfiBootServicesData, size, (void **)&map)) ||
	    EFI_ERROR(boot_services->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map, &key, &step,
						  &version)))
		log_fatal("no_memory_map");
	for (UINTN at = 0; at + step <= size; at += step)
		add_ram((const EFI_MEMORY_DESCRIPTOR *)(map + at));
	boot_services->FreePool(map);
}

void boot_take_low_memory(void)
{
	EFI_PHYSICAL_ADDRESS at = BELOW_640K;

	if (!hv_fault(FAULT_MEMORY_LOW, NULL))
		return;
	while (!EFI_ERROR(
		boot_services->AllocatePages(AllocateMaxAddress, EfiReservedMemoryType, 1, &at)))
		at = BELOW_640K;
}

void boot_allocate(uint64_t pages)
{
	hv.arena = allocate(BELOW_4G, pages, "no_memory_for_hypervisor");
	hv.trampoline = allocate(BELOW_640K, 1, "no_page_below_1_mib");
	find_ram();
}
