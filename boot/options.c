/* SPDX-License-Identifier: MIT */
/*
 * Where the options come from: the load options that a boot manager, GRUB or a shell passes, else
 * the file \EFI\hvsmp\hvsmp.cfg. Only the text is found here; the kernel knows what it means.
 */
#include "boot/boot.h"
#include "lib/log.h"
#include "lib/string.h"

#define OPTIONS_SIZE 4096

static CHAR16 config_path[] = L"\\EFI\\hvsmp\\hvsmp.cfg";
static char text[OPTIONS_SIZE];

/* A boot manager may pass any bytes: only printable ASCII in UCS-2 is option text. */
static bool load_options_read(const EFI_LOADED_IMAGE *loaded)
{
	const CHAR16 *options = loaded->LoadOptions;
	size_t count = loaded->LoadOptionsSize / sizeof(*options);
	size_t len = 0;

	if (!options)
		return false;
	while (len < count && options[len]) {
		CHAR16 c = options[len];

		if ((c < ' ' && c != '\t' && c != '\r' && c != '\n') || c > '~') {
			log_warn("load options are not text: ignored");
			return false;
		}
		if (len == OPTIONS_SIZE - 1) {
			log_warn("load options are longer than %d bytes: cut", OPTIONS_SIZE - 1);
			break;
		}
		text[len++] = (char)c;
	}
	text[len] = '\0';
	return len > 0;
}

static bool is_efi_name(const char *word, size_t len)
{
	static const char suffix[] = ".efi";
	size_t n = sizeof(suffix) - 1;

	if (len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((word[len - n + i] | 0x20) != (suffix[i] | 0x20))
			return false;
	}
	return true;
}

/* A shell passes the command's own name as the first word. */
static const char *skip_command_name(const char *s)
{
	size_t len = 0;

	while (*s == ' ')
		s++;
	while (s[len] && s[len] != ' ')
		len++;
	s += is_efi_name(s, len) ? len : 0;
	while (*s == ' ')
		s++;
	return s;
}

static bool config_file_read(EFI_SYSTEM_TABLE *st, EFI_HANDLE device)
{
	EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_FILE_IO_INTERFACE *volume = NULL;
	EFI_FILE_HANDLE root = NULL;
	EFI_FILE_HANDLE file = NULL;
	UINTN size = OPTIONS_SIZE;
	EFI_STATUS status;

	if (EFI_ERROR(st->BootServices->HandleProtocol(device, &guid, (void **)&volume)) ||
	    EFI_ERROR(volume->OpenVolume(volume, &root)))
		return false;
	status = root->Open(root, &file, config_path, EFI_FILE_MODE_READ, 0);
	if (!EFI_ERROR(status)) {
		status = file->Read(file, &size, text);
		file->Close(file);
		if (EFI_ERROR(status))
			log_warn("\\EFI\\hvsmp\\hvsmp.cfg cannot be read: EFI status 0x%lx",
				 (unsigned long)status);
	}
	root->Close(root);
	if (EFI_ERROR(status))
		return false;
	if (size == OPTIONS_SIZE) {
		log_warn("\\EFI\\hvsmp\\hvsmp.cfg is longer than %d bytes: cut", OPTIONS_SIZE - 1);
		size--;
	}
	text[size] = '\0';
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
	if (load_options_read(loaded) && *skip_command_name(text)) {
		boot->options = skip_command_name(text);
		boot->options_source = "load options";
	} else if (config_file_read(st, loaded->DeviceHandle)) {
		boot->options = text;
		boot->options_source = "\\EFI\\hvsmp\\hvsmp.cfg";
	}
}
