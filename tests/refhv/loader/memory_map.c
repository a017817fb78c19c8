/* SPDX-License-Identifier: MIT */
/* The firmware's memory map, range by range. */
#include "tests/refhv/loader/boot.h"

#include "tests/refhv/log.h"

#define MAP_SLACK (16 * sizeof(EFI_MEMORY_DESCRIPTOR)) /* the pool grows by asking */

void boot_each_memory(boot_memory_fn *fn, void *ctx)
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
		fn(ctx, (const EFI_MEMORY_DESCRIPTOR *)(map + at));
	boot_services->FreePool(map);
}
