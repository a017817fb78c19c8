/* SPDX-License-Identifier: MIT */
/* Another program from the image's own volume, by its device path. */
#include "boot/load.h"

#include "lib/string.h"

enum { NODE_HEADER = 4 };

/* UEFI 2.10, 10.2: type, subtype, length in two bytes. */
static size_t node_size(const EFI_DEVICE_PATH *node)
{
	return node->Length[0] | (size_t)node->Length[1] << 8;
}

static void set_node(EFI_DEVICE_PATH *node, uint8_t type, uint8_t subtype, size_t size)
{
	node->Type = type;
	node->SubType = subtype;
	node->Length[0] = (uint8_t)size;
	node->Length[1] = (uint8_t)(size >> 8);
}

/* Bytes in front of the end. */
static size_t path_size(const EFI_DEVICE_PATH *path)
{
	const uint8_t *at = (const uint8_t *)path;

	for (;;) {
		const EFI_DEVICE_PATH *node = (const EFI_DEVICE_PATH *)at;

		if (node->Type == END_DEVICE_PATH_TYPE || node_size(node) < NODE_HEADER)
			return (size_t)(at - (const uint8_t *)path);
		at += node_size(node);
	}
}

/* With its NUL; characters. */
static size_t widen(const char *text, CHAR16 *out)
{
	size_t len = str_len(text);

	for (size_t i = 0; i <= len; i++)
		out[i] = (unsigned char)text[i];
	return len + 1;
}

/* Of the volume, and behind it the file's. */
static EFI_DEVICE_PATH *file_path(EFI_SYSTEM_TABLE *st, const EFI_DEVICE_PATH *volume,
				  const char *path)
{
	size_t before = path_size(volume);
	size_t node = NODE_HEADER + (str_len(path) + 1) * sizeof(CHAR16);
	uint8_t *out = NULL;

	if (EFI_ERROR(st->BootServices->AllocatePool(EfiLoaderData, before + node + NODE_HEADER,
						     (void **)&out)))
		return NULL;
	memcpy(out, volume, before);
	set_node((EFI_DEVICE_PATH *)(out + before), MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, node);
	(void)widen(path, (CHAR16 *)(out + before + NODE_HEADER));
	set_node((EFI_DEVICE_PATH *)(out + before + node), END_DEVICE_PATH_TYPE,
		 END_ENTIRE_DEVICE_PATH_SUBTYPE, NODE_HEADER);
	return (EFI_DEVICE_PATH *)out;
}

static EFI_STATUS set_options(EFI_SYSTEM_TABLE *st, EFI_HANDLE program, const char *args)
{
	CHAR16 *text = NULL; /* the program's, from here on */
	EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_LOADED_IMAGE *loaded = NULL;
	EFI_STATUS status = st->BootServices->HandleProtocol(program, &guid, (void **)&loaded);

	if (!EFI_ERROR(status))
		status = st->BootServices->AllocatePool(EfiLoaderData,
							(str_len(args) + 1) * sizeof(CHAR16),
							(void **)&text);
	if (EFI_ERROR(status))
		return status;
	loaded->LoadOptionsSize = (UINT32)(widen(args, text) * sizeof(CHAR16));
	loaded->LoadOptions = text;
	return EFI_SUCCESS;
}

EFI_STATUS load_program(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, const char *path, const char *args,
			EFI_HANDLE *program)
{
	EFI_BOOT_SERVICES *services = st->BootServices;
	EFI_GUID image_guid = LOADED_IMAGE_PROTOCOL;
	EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;
	EFI_LOADED_IMAGE *loaded = NULL;
	EFI_DEVICE_PATH *volume = NULL;
	EFI_DEVICE_PATH *file;
	EFI_STATUS status;

	status = services->HandleProtocol(image, &image_guid, (void **)&loaded);
	if (!EFI_ERROR(status))
		status = services->HandleProtocol(loaded->DeviceHandle, &path_guid,
						  (void **)&volume);
	if (EFI_ERROR(status))
		return status;
	file = file_path(st, volume, path);
	if (!file)
		return EFI_OUT_OF_RESOURCES;
	status = services->LoadImage(FALSE, image, file, NULL, 0, program);
	services->FreePool(file);
	return EFI_ERROR(status) ? status : set_options(st, *program, args);
}

const char *load_error(EFI_STATUS status)
{
	if (status == EFI_NOT_FOUND)
		return "there is no such file";
	if (status == EFI_UNSUPPORTED || status == EFI_LOAD_ERROR ||
	    status == EFI_INVALID_PARAMETER)
		return "it is no UEFI program for this machine";
	if (status == EFI_SECURITY_VIOLATION || status == EFI_ACCESS_DENIED)
		return "Secure Boot does not allow it";
	return "it cannot be loaded";
}
