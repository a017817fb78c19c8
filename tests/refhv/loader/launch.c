/* SPDX-License-Identifier: MIT */
/*
 * The loader as a guest: it starts the image under test and tells the hypervisor when that has left
 * the boot services. Until then the firmware starts and parks processors itself, by real INIT and
 * SIPI.
 */
#include "tests/refhv/loader/boot.h"

#include "tests/refhv/log.h"
#include "tests/refhv/calls/cfg.h"

#define PATH_MAX  1024
#define NODE_SIZE 4 /* the header of a device path node */

static EFI_EXIT_BOOT_SERVICES real_exit_boot_services;

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN map_key)
{
	EFI_STATUS status = real_exit_boot_services(image, map_key);

	loader_notify(status);
	return status;
}

static void hook_exit_boot_services(void)
{
	EFI_TABLE_HEADER *header = &boot_services->Hdr;
	UINT32 crc = 0;

	real_exit_boot_services = boot_services->ExitBootServices;
	boot_services->ExitBootServices = exit_boot_services;
	header->CRC32 = 0;
	boot_services->CalculateCrc32(header, header->HeaderSize, &crc);
	header->CRC32 = crc;
}

/* ASCII to UTF-16; returns the size in bytes with the terminating zero. */
static uint32_t widen(CHAR16 *to, const char *from)
{
	uint32_t n = 0;

	do
		to[n] = (CHAR16)from[n];
	while (from[n++]);
	return n * (uint32_t)sizeof(CHAR16);
}

static void put_node(uint8_t *at, uint8_t type, uint8_t subtype, uint32_t length)
{
	at[0] = type;
	at[1] = subtype;
	at[2] = (uint8_t)length;
	at[3] = (uint8_t)(length >> 8);
}

/* The device path of a file on refhv's own volume: the volume's path, the file, the end. */
static EFI_DEVICE_PATH *file_path(EFI_HANDLE volume, const char *file)
{
	static uint8_t path[PATH_MAX + NODE_SIZE + CFG_TEXT_MAX * sizeof(CHAR16) + NODE_SIZE];
	const uint8_t *from =
		boot_protocol(volume, (EFI_GUID)DEVICE_PATH_PROTOCOL, "volume_has_no_path");
	uint32_t at = 0;

	while (from[at] != END_DEVICE_PATH_TYPE) {
		uint32_t length = from[at + 2] | (uint32_t)from[at + 3] << 8;

		if (length < NODE_SIZE || at + length > PATH_MAX)
			log_fatal("volume_path_is_too_long");
		for (uint32_t end = at + length; at < end; at++)
			path[at] = from[at];
	}
	uint32_t name = widen((CHAR16 *)(path + at + NODE_SIZE), file);

	put_node(path + at, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, NODE_SIZE + name);
	at += NODE_SIZE + name;
	put_node(path + at, END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, NODE_SIZE);
	return (EFI_DEVICE_PATH *)path;
}

EFI_STATUS boot_start_guest(const char *start, const char *args)
{
	static CHAR16 options[CFG_TEXT_MAX];
	EFI_LOADED_IMAGE *loaded = boot_protocol(boot_image, (EFI_GUID)LOADED_IMAGE_PROTOCOL,
						 "no_loaded_image_protocol");
	EFI_HANDLE guest;

	hook_exit_boot_services();
	if (EFI_ERROR(boot_services->LoadImage(FALSE, boot_image,
					       file_path(loaded->DeviceHandle, start), NULL, 0,
					       &guest)))
		log_fatal("start_image_cannot_be_loaded");
	if (args[0]) {
		loaded = boot_protocol(guest, (EFI_GUID)LOADED_IMAGE_PROTOCOL,
				       "no_loaded_image_protocol");
		loaded->LoadOptionsSize = widen(options, args);
		loaded->LoadOptions = options;
	}
	boot_services->StartImage(guest, NULL, NULL);
	log_fatal("start_image_returned");
}
