/* SPDX-License-Identifier: MIT */
/* The memory map and the end of boot services. */
#include "boot/boot.h"
#include "lib/log.h"

/* Descriptors that may be added between asking for the size and the last map. */
#define SPARE_DESCRIPTORS 16
/* A timer event can change the map between GetMemoryMap and ExitBootServices. */
#define EXIT_TRIES  8

#define ONE_MIB     0x100000UL
#define EFI_PAGE    4096UL
#define PAGES_OF(n) (((n) + EFI_PAGE - 1) / EFI_PAGE)

struct map {
	EFI_MEMORY_DESCRIPTOR *descriptors;
	UINTN capacity, size, key, stride;
};

static EFI_STATUS allocate(EFI_SYSTEM_TABLE *st, UINTN bytes, void *out)
{
	EFI_PHYSICAL_ADDRESS address = 0;
	EFI_STATUS status = st->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData,
							    PAGES_OF(bytes), &address);

	*(void **)out = (void *)address;
	return status;
}

static EFI_STATUS map_read(EFI_SYSTEM_TABLE *st, struct map *map)
{
	UINT32 version;

	map->size = map->capacity;
	return st->BootServices->GetMemoryMap(&map->size, map->descriptors, &map->key, &map->stride,
					      &version);
}

static enum boot_memory_kind kind_of(const EFI_MEMORY_DESCRIPTOR *d)
{
	switch (d->Type) {
	case EfiConventionalMemory:
		/* The first MiB is left alone: firmware data, and our own low page. */
		return d->PhysicalStart >= ONE_MIB ? BOOT_MEMORY_FREE : BOOT_MEMORY_KEEP;
	/*
	 * Boot services memory is not taken: the firmware's page tables lie there, and a reset by
	 * runtime services runs on them.
	 */
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData:
	case EfiRuntimeServicesCode:
	case EfiRuntimeServicesData:
	case EfiACPIReclaimMemory:
	case EfiACPIMemoryNVS: return BOOT_MEMORY_KEEP;
	default: return BOOT_MEMORY_RESERVED;
	}
}

static bool is_device(const EFI_MEMORY_DESCRIPTOR *d)
{
	return d->Type == EfiMemoryMappedIO || d->Type == EfiMemoryMappedIOPortSpace;
}

/* Keep the array ascending and merge neighbours of a kind. */
static size_t add(struct boot_memory *out, size_t count, struct boot_memory m)
{
	size_t at = count;

	while (at > 0 && out[at - 1].base > m.base) {
		out[at] = out[at - 1];
		at--;
	}
	if (at == count && count && out[at - 1].kind == m.kind &&
	    out[at - 1].base + out[at - 1].size == m.base) {
		out[at - 1].size += m.size;
		return count;
	}
	out[at] = m;
	return count + 1;
}

static void translate(const struct map *map, struct boot_memory *out, struct boot_info *boot)
{
	size_t count = 0;

	for (UINTN at = 0; at + map->stride <= map->size; at += map->stride) {
		const EFI_MEMORY_DESCRIPTOR *d =
			(const EFI_MEMORY_DESCRIPTOR *)((const char *)map->descriptors + at);

		if (!is_device(d) && d->NumberOfPages)
			count = add(out, count,
				    (struct boot_memory){d->PhysicalStart,
							 d->NumberOfPages * EFI_PAGE, kind_of(d)});
	}
	boot->memory = out;
	boot->memory_count = count;
}

EFI_STATUS memory_exit_boot_services(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, struct boot_info *boot)
{
	struct map map = {0};
	struct boot_memory *out = NULL;
	EFI_STATUS status = map_read(st, &map);

	if (status != EFI_BUFFER_TOO_SMALL)
		return status;
	/* Two allocations, each of which may add two descriptors; all before the last map. */
	map.capacity = map.size + SPARE_DESCRIPTORS * map.stride;
	status = allocate(st, map.capacity, &map.descriptors);
	if (EFI_ERROR(status))
		return status;
	status = allocate(st, map.capacity / map.stride * sizeof(*out), &out);
	if (EFI_ERROR(status))
		return status;
	for (int i = 0; i < EXIT_TRIES; i++) {
		status = map_read(st, &map);
		if (EFI_ERROR(status))
			return status;
		status = st->BootServices->ExitBootServices(image, map.key);
		if (status != EFI_INVALID_PARAMETER) /* a stale map key */
			break;
	}
	if (EFI_ERROR(status))
		return status;
	firmware_console_stop();
	translate(&map, out, boot);
	return EFI_SUCCESS;
}
