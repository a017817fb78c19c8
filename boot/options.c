/* SPDX-License-Identifier: MIT */
/*
 * Where the options come from: a shell's arguments, or the load options that a boot manager or GRUB
 * passes, else the file \EFI\hvsmp\hvsmp.cfg. Only the text is found here; the kernel knows what
 * it means.
 */
#include "boot/boot.h"
#include "boot/text.h"
#include "lib/log.h"

#define CONFIG_NAME "\\EFI\\hvsmp\\hvsmp.cfg"
static CHAR16 config_path[] = L"\\EFI\\hvsmp\\hvsmp.cfg";
static char text[TEXT_SIZE];

/* UEFI Shell specification 2.2, EFI_SHELL_PARAMETERS_PROTOCOL */
static EFI_GUID shell_parameters = {
	.Data1 = 0x752f3136,
	.Data2 = 0x4e16,
	.Data3 = 0x4fdc,
	.Data4 = {0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca},
};
struct shell_parameters {
	CHAR16 **words;
	UINTN count;
	void *input, *output, *errors;
};

/* The command's own name is the first word, however it was written. False: no shell started us. */
static bool shell_words_read(EFI_SYSTEM_TABLE *st, EFI_HANDLE image)
{
	struct shell_parameters *shell = NULL;
	static const CHAR16 blank[] = L" ";

	if (EFI_ERROR(st->BootServices->HandleProtocol(image, &shell_parameters, (void **)&shell)))
		return false;
	for (UINTN i = 1; i < shell->count; i++) {
		if (!text_add_ucs2(shell->words[i], SIZE_MAX, text) ||
		    !text_add_ucs2(blank, SIZE_MAX, text))
			break;
	}
	return true;
}

/* A boot manager may pass any bytes. */
static void load_options_read(const EFI_LOADED_IMAGE *loaded)
{
	if (loaded->LoadOptions)
		(void)text_add_ucs2(loaded->LoadOptions, loaded->LoadOptionsSize / sizeof(CHAR16),
				    text);
}

static bool config_file_read(EFI_SYSTEM_TABLE *st, EFI_HANDLE device)
{
	EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_FILE_IO_INTERFACE *volume = NULL;
	EFI_FILE_HANDLE root = NULL;
	EFI_FILE_HANDLE file = NULL;
	UINTN size = TEXT_SIZE;
	EFI_STATUS status;

	if (EFI_ERROR(st->BootServices->HandleProtocol(device, &guid, (void **)&volume)) ||
	    EFI_ERROR(volume->OpenVolume(volume, &root)))
		return false;
	status = root->Open(root, &file, config_path, EFI_FILE_MODE_READ, 0);
	if (!EFI_ERROR(status)) {
		status = file->Read(file, &size, text);
		file->Close(file);
		if (EFI_ERROR(status))
			log_warn(CONFIG_NAME " cannot be read: EFI status 0x%lx",
				 (unsigned long)status);
	}
	root->Close(root);
	if (EFI_ERROR(status))
		return false;
	text_from_file(text, size, CONFIG_NAME);
	return true;
}

void options_find(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, struct boot_info *boot)
{
	EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_LOADED_IMAGE *loaded = NULL;

	boot->options = "";
	boot->options_source = "defaults";
	if (EFI_ERROR(st->BootServices->HandleProtocol(image, &guid, (void **)&loaded)))
		return;
	if (shell_words_read(st, image)) {
		boot->options = text;
		boot->options_source = "shell";
	} else {
		load_options_read(loaded);
		boot->options = text_behind_command(text);
		boot->options_source = "load options";
	}
	if (!*boot->options && config_file_read(st, loaded->DeviceHandle)) {
		boot->options = text;
		boot->options_source = CONFIG_NAME;
	} else if (!*boot->options) {
		boot->options_source = "defaults";
	}
}
