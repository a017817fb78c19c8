/* SPDX-License-Identifier: MIT */
/* Out of the firmware, on every architecture: its services, protocols, the configuration file. */
#include "tests/refhv/loader/boot.h"

#include "tests/refhv/log.h"

static CHAR16 configuration_path[] = L"\\EFI\\refhv\\refhv.cfg";

EFI_HANDLE boot_image;
EFI_BOOT_SERVICES *boot_services;

void boot_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
	boot_image = image;
	boot_services = system_table->BootServices;
}

void *boot_protocol(EFI_HANDLE handle, EFI_GUID guid, const char *what)
{
	void *protocol;

	if (EFI_ERROR(boot_services->HandleProtocol(handle, &guid, &protocol)))
		log_fatal(what);
	return protocol;
}

size_t boot_read_configuration(char *text, size_t size)
{
	EFI_LOADED_IMAGE *loaded = boot_protocol(boot_image, (EFI_GUID)LOADED_IMAGE_PROTOCOL,
						 "no_loaded_image_protocol");
	EFI_FILE_IO_INTERFACE *volume =
		boot_protocol(loaded->DeviceHandle, (EFI_GUID)SIMPLE_FILE_SYSTEM_PROTOCOL,
			      "no_file_system");
	EFI_FILE_HANDLE root, file;
	UINTN length = size;

	if (EFI_ERROR(volume->OpenVolume(volume, &root)))
		log_fatal("volume_cannot_be_opened");
	EFI_STATUS status = root->Open(root, &file, configuration_path, EFI_FILE_MODE_READ, 0);

	if (status == EFI_NOT_FOUND)
		return 0;
	if (EFI_ERROR(status) || EFI_ERROR(file->Read(file, &length, text)))
		log_fatal("configuration_file_cannot_be_read");
	if (length == size)
		log_fatal("configuration_file_is_too_long");
	file->Close(file);
	root->Close(root);
	return length;
}
