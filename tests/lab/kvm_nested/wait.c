/* SPDX-License-Identifier: MIT */
/*
 * A boot loader that waits for another disk. It is started from a disk with a mark in its boot
 * sector, says so on the console, and reads that sector until the mark is gone: until the machine,
 * saved meanwhile, was restored with the disk of a test case in the place of this one. Then it
 * makes the firmware look at the disk anew and starts its \EFI\BOOT\BOOTX64.EFI, as the firmware
 * would.
 */
#include <efi.h>

#include <stdbool.h>
#include <stdint.h>

#define POLL_US     20000
#define OEM_NAME    3 /* Microsoft FAT specification, BS_OEMName: of no meaning to drivers */
#define SECTOR_SIZE 512
#define PATH_SIZE   1024

/* machine.py writes the same. */
static const char mark[8] = {'H', 'V', 'W', 'A', 'I', 'T', ' ', ' '};
static const CHAR16 loader[] = L"\\EFI\\BOOT\\BOOTX64.EFI";

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

static EFI_BOOT_SERVICES *services;
static SIMPLE_TEXT_OUTPUT_INTERFACE *console;

/* The C runtime's start code and the compiler may ask for these. */
void *memcpy(void *to, const void *from, UINTN size);

void *memcpy(void *to, const void *from, UINTN size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	while (size--)
		*out++ = *in++;
	return to;
}

static void say(const CHAR16 *text)
{
	console->OutputString(console, (CHAR16 *)text);
}

static bool marked(EFI_BLOCK_IO *disk)
{
	static uint8_t sector[SECTOR_SIZE] __attribute__((aligned(4096)));

	if (EFI_ERROR(disk->ReadBlocks(disk, disk->Media->MediaId, 0, sizeof(sector), sector)))
		return true; /* not readable yet: look again */
	for (unsigned int i = 0; i < sizeof(mark); i++) {
		if (sector[OEM_NAME + i] != (uint8_t)mark[i])
			return false;
	}
	return true;
}

static UINTN node_length(const EFI_DEVICE_PATH *node)
{
	return node->Length[0] | (UINTN)node->Length[1] << 8;
}

static void put_node(EFI_DEVICE_PATH *node, uint8_t type, uint8_t subtype, UINTN length)
{
	node->Type = type;
	node->SubType = subtype;
	node->Length[0] = (uint8_t)length;
	node->Length[1] = (uint8_t)(length >> 8);
}

/* UEFI 10.3: the disk's own path, a file path node, the end. NULL if it does not fit. */
static EFI_DEVICE_PATH *loader_path(EFI_HANDLE disk)
{
	static uint8_t path[PATH_SIZE] __attribute__((aligned(8)));
	EFI_GUID guid = DEVICE_PATH_PROTOCOL;
	UINTN used = 0, length = sizeof(EFI_DEVICE_PATH) + sizeof(loader);
	uint8_t *own;

	if (EFI_ERROR(services->HandleProtocol(disk, &guid, (void **)&own)))
		return NULL;
	while (((EFI_DEVICE_PATH *)(own + used))->Type != END_DEVICE_PATH_TYPE)
		used += node_length((EFI_DEVICE_PATH *)(own + used));
	if (used + length + sizeof(EFI_DEVICE_PATH) > sizeof(path))
		return NULL;
	memcpy(path, own, used);
	put_node((EFI_DEVICE_PATH *)(path + used), MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, length);
	memcpy(path + used + sizeof(EFI_DEVICE_PATH), loader, sizeof(loader));
	put_node((EFI_DEVICE_PATH *)(path + used + length), END_DEVICE_PATH_TYPE,
		 END_ENTIRE_DEVICE_PATH_SUBTYPE, sizeof(EFI_DEVICE_PATH));
	return (EFI_DEVICE_PATH *)path;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	EFI_GUID loaded_guid = LOADED_IMAGE_PROTOCOL, block_guid = BLOCK_IO_PROTOCOL;
	EFI_LOADED_IMAGE *loaded;
	EFI_BLOCK_IO *disk;
	EFI_HANDLE handle, next;
	EFI_STATUS status;

	services = st->BootServices;
	console = st->ConOut;
	services->SetWatchdogTimer(0, 0, 0, NULL);
	status = services->HandleProtocol(image, &loaded_guid, (void **)&loaded);
	if (EFI_ERROR(status))
		return status;
	handle = loaded->DeviceHandle;
	status = services->HandleProtocol(handle, &block_guid, (void **)&disk);
	if (EFI_ERROR(status))
		return status;

	say(L"wait: ready\r\n");
	while (marked(disk))
		services->Stall(POLL_US);

	services->DisconnectController(handle, NULL, NULL); /* the file system of the old disk */
	services->ConnectController(handle, NULL, NULL, TRUE);
	status = services->LoadImage(FALSE, image, loader_path(handle), NULL, 0, &next);
	if (!EFI_ERROR(status))
		status = services->StartImage(next, NULL, NULL);
	say(L"wait: the image could not be started, or came back\r\n");
	return status;
}
