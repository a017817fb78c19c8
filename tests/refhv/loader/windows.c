/* SPDX-License-Identifier: MIT */
/*
 * Where the firmware lets devices lie above 4 GiB (the host bridge's 64-bit window): nothing else
 * tells it without reading AML. Devices below 4 GiB need no such look.
 */
#include "tests/refhv/loader/boot.h"

#include "tests/refhv/vmm/state.h"

#define ABOVE_4G 0x100000000UL

/* UEFI Platform Initialization specification 2, 7.2; GNU-EFI has no header of it. */
struct memory_space {
	uint64_t start;
	uint64_t length;
	uint64_t capabilities;
	uint64_t attributes;
	uint32_t type;
	EFI_HANDLE image;
	EFI_HANDLE device;
};
_Static_assert(sizeof(struct memory_space) == 56, "PI, EFI_GCD_MEMORY_SPACE_DESCRIPTOR");
#define MEMORY_MAPPED_IO 3U

struct dxe_services {
	EFI_TABLE_HEADER header;
	void *others[6];
	EFI_STATUS(EFIAPI *get_memory_space_map)(UINTN *count, struct memory_space **map);
};

static EFI_GUID dxe_services_guid = {0x05ad34ba,
				     0x6f02,
				     0x4214,
				     {0x95, 0x2e, 0x4d, 0xa0, 0x39, 0x8e, 0x2b, 0xb9}};

void boot_find_windows(const EFI_SYSTEM_TABLE *system_table)
{
	const struct dxe_services *dxe = boot_find_configuration(system_table, &dxe_services_guid);
	struct memory_space *map = NULL;
	UINTN count = 0;

	if (!dxe || EFI_ERROR(dxe->get_memory_space_map(&count, &map)))
		return; /* other firmware: what lies there is a hole */
	for (UINTN i = 0; i < count && hv.window_count < WINDOWS_MAX; i++)
		if (map[i].type == MEMORY_MAPPED_IO && map[i].start >= ABOVE_4G)
			hv.windows[hv.window_count++] =
				(struct range){map[i].start, map[i].start + map[i].length};
	boot_services->FreePool(map);
}
