/* SPDX-License-Identifier: MIT */
/* The memory map and the end of boot services. */
#include "boot/boot.h"
#include "lib/log.h"

/* Descriptors that may be added between asking for the size and the last map. */
#define SPARE_DESCRIPTORS 16
/* What a payload may add to the map before it ends boot services. */
#define PAYLOAD_DESCRIPTORS 240
/* A timer event, or a driver that is told of the end, can change the map before it is handed in. */
#define EXIT_TRIES  64

#define ONE_MIB     0x100000UL
#define EFI_PAGE    4096UL
#define PAGES_OF(n) (((n) + EFI_PAGE - 1) / EFI_PAGE)

struct map {
	EFI_MEMORY_DESCRIPTOR *descriptors;
	struct boot_memory *out; /* behind them, one for each */
	UINTN capacity, size, key, stride, pages;
};

static EFI_STATUS map_read(EFI_SYSTEM_TABLE *st, struct map *map)
{
	UINT32 version;

	map->size = map->capacity;
	return st->BootServices->GetMemoryMap(&map->size, map->descriptors, &map->key, &map->stride,
					      &version);
}

/* Room for what the map needs now, and some more: the allocation itself adds to it. */
static EFI_STATUS map_grow(EFI_SYSTEM_TABLE *st, struct map *map, UINTN spare)
{
	UINTN count = map->stride ? map->size / map->stride + spare : 0;
	EFI_PHYSICAL_ADDRESS address = 0;
	EFI_STATUS status;

	if (map->pages)
		st->BootServices->FreePages((EFI_PHYSICAL_ADDRESS)map->descriptors, map->pages);
	map->capacity = count * map->stride;
	map->pages = PAGES_OF(map->capacity + count * sizeof(*map->out));
	status = st->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, map->pages,
						 &address);
	if (EFI_ERROR(status))
		map->pages = map->capacity = 0;
	map->descriptors = (EFI_MEMORY_DESCRIPTOR *)address;
	map->out = (struct boot_memory *)(address + map->capacity);
	return status;
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

/* A size of no real machine is none, but must not become a small one. */
static uint64_t bytes_of(const EFI_MEMORY_DESCRIPTOR *d)
{
	return d->NumberOfPages > UINT64_MAX / EFI_PAGE ? UINT64_MAX & ~(EFI_PAGE - 1)
							: d->NumberOfPages * EFI_PAGE;
}

static void translate(const struct map *map, struct boot_info *boot)
{
	size_t count = 0;

	for (UINTN at = 0; at + map->stride <= map->size; at += map->stride) {
		const EFI_MEMORY_DESCRIPTOR *d =
			(const EFI_MEMORY_DESCRIPTOR *)((const char *)map->descriptors + at);

		if (!is_device(d) && d->NumberOfPages)
			count = add(map->out, count,
				    (struct boot_memory){d->PhysicalStart, bytes_of(d),
							 kind_of(d)});
	}
	boot->memory = map->out;
	boot->memory_count = count;
}

EFI_STATUS memory_exit_boot_services(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, struct boot_info *boot)
{
	struct map map = {0};
	EFI_STATUS status = EFI_SUCCESS;
	bool is_closing = false;

	for (int i = 0; i < EXIT_TRIES; i++) {
		status = map_read(st, &map);
		if (status == EFI_BUFFER_TOO_SMALL) {
			status = map_grow(st, &map, SPARE_DESCRIPTORS);
			if (EFI_ERROR(status))
				break;
			continue;
		}
		if (EFI_ERROR(status))
			break;
		/* From the first try on only memory services are there (UEFI 2.10, 7.4). */
		firmware_console_stop();
		is_closing = true;
		status = st->BootServices->ExitBootServices(image, map.key);
		if (!EFI_ERROR(status)) {
			translate(&map, boot);
			return EFI_SUCCESS;
		}
		if (status != EFI_INVALID_PARAMETER) /* a stale map key */
			break;
	}
	if (!is_closing)
		return EFI_ERROR(status) ? status : EFI_BUFFER_TOO_SMALL;
	boot->failure = status;
	return EFI_SUCCESS;
}

/* The payload's, and ours for its end. */
static struct map seen;

EFI_STATUS memory_look(EFI_SYSTEM_TABLE *st, struct boot_info *boot)
{
	EFI_STATUS status = EFI_BUFFER_TOO_SMALL;

	for (int i = 0; i < EXIT_TRIES && status == EFI_BUFFER_TOO_SMALL; i++) {
		status = map_read(st, &seen);
		if (status == EFI_BUFFER_TOO_SMALL &&
		    EFI_ERROR(map_grow(st, &seen, PAYLOAD_DESCRIPTORS)))
			return EFI_OUT_OF_RESOURCES;
	}
	if (!EFI_ERROR(status))
		translate(&seen, boot);
	return status;
}

/* What is allocated here makes the payload's key stale. */
EFI_STATUS memory_exit_for(EFI_HANDLE image, UINTN key, EFI_EXIT_BOOT_SERVICES exit,
			   EFI_SYSTEM_TABLE *st, struct boot_info *boot)
{
	EFI_STATUS status = map_read(st, &seen);

	if (status == EFI_BUFFER_TOO_SMALL)
		return EFI_ERROR(map_grow(st, &seen, PAYLOAD_DESCRIPTORS)) ? EFI_OUT_OF_RESOURCES
									   : EFI_INVALID_PARAMETER;
	if (EFI_ERROR(status))
		return status;
	status = exit(image, key);
	if (!EFI_ERROR(status))
		translate(&seen, boot);
	return status;
}
