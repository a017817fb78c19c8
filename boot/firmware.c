/* SPDX-License-Identifier: MIT */
/* What the firmware knows: image base, ACPI root, framebuffer, a low page, Secure Boot, reset. */
#include "boot/boot.h"
#include "lib/log.h"
#include "lib/string.h"

static EFI_SYSTEM_TABLE *console;
static EFI_RUNTIME_SERVICES *runtime;

static void console_write(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	for (size_t i = 0; i < len && console; i++) {
		CHAR16 out[3] = {0};
		size_t n = 0;

		if (text[i] == '\n')
			out[n++] = '\r';
		out[n] = (unsigned char)text[i];
		console->ConOut->OutputString(console->ConOut, out);
	}
}

void firmware_console_start(EFI_SYSTEM_TABLE *st)
{
	if (!st->ConOut)
		return;
	console = st;
	(void)log_add_sink(console_write, NULL);
}

void firmware_console_stop(void)
{
	console = NULL;
}

uint64_t firmware_image_base(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_LOADED_IMAGE *loaded = NULL;

	if (EFI_ERROR(st->BootServices->HandleProtocol(image, &guid, (void **)&loaded)))
		return 0;
	return (uint64_t)loaded->ImageBase;
}

static uint64_t configuration_table(const EFI_SYSTEM_TABLE *st, EFI_GUID guid)
{
	for (UINTN i = 0; i < st->NumberOfTableEntries; i++) {
		if (!memcmp(&st->ConfigurationTable[i].VendorGuid, &guid, sizeof(guid)))
			return (uint64_t)st->ConfigurationTable[i].VendorTable;
	}
	return 0;
}

uint64_t firmware_rsdp(const EFI_SYSTEM_TABLE *st)
{
	EFI_GUID acpi20 = ACPI_20_TABLE_GUID;
	EFI_GUID acpi10 = ACPI_TABLE_GUID;
	uint64_t rsdp = configuration_table(st, acpi20);

	return rsdp ? rsdp : configuration_table(st, acpi10);
}

static enum boot_pixel_format pixel_format(EFI_GRAPHICS_PIXEL_FORMAT format)
{
	switch (format) {
	case PixelRedGreenBlueReserved8BitPerColor: return BOOT_PIXEL_RGBX;
	case PixelBlueGreenRedReserved8BitPerColor: return BOOT_PIXEL_BGRX;
	case PixelBitMask: return BOOT_PIXEL_MASK;
	default: return BOOT_PIXEL_NONE; /* no linear framebuffer */
	}
}

void firmware_framebuffer(EFI_SYSTEM_TABLE *st, struct boot_framebuffer *out)
{
	EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = NULL;
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;

	if (EFI_ERROR(st->BootServices->LocateProtocol(&guid, NULL, (void **)&gop)) || !gop->Mode ||
	    !gop->Mode->Info)
		return;
	info = gop->Mode->Info;
	out->format = pixel_format(info->PixelFormat);
	if (out->format == BOOT_PIXEL_NONE)
		return;
	out->base = gop->Mode->FrameBufferBase;
	out->size = gop->Mode->FrameBufferSize;
	out->width = info->HorizontalResolution;
	out->height = info->VerticalResolution;
	out->pixels_per_line = info->PixelsPerScanLine;
	out->red_mask = info->PixelInformation.RedMask;
	out->green_mask = info->PixelInformation.GreenMask;
	out->blue_mask = info->PixelInformation.BlueMask;
	out->reserved_mask = info->PixelInformation.ReservedMask;
}

/* Below 640 KiB: a start-up IPI reaches no higher, and vectors from 0xA0 up are not all usable. */
#define LOW_LIMIT 0x9FFFFUL

uint64_t firmware_low_page(EFI_SYSTEM_TABLE *st)
{
	EFI_PHYSICAL_ADDRESS page = LOW_LIMIT;

	if (EFI_ERROR(st->BootServices->AllocatePages(AllocateMaxAddress, EfiLoaderData, 1, &page)))
		return 0;
	return page;
}

/* UEFI 3.3, "Globally Defined Variables": one byte each. */
static bool global_flag(EFI_SYSTEM_TABLE *st, CHAR16 *name, uint8_t *value)
{
	EFI_GUID guid = EFI_GLOBAL_VARIABLE;
	UINTN size = sizeof(*value);

	return !EFI_ERROR(st->RuntimeServices->GetVariable(name, &guid, NULL, &size, value));
}

enum boot_secure_boot firmware_secure_boot(EFI_SYSTEM_TABLE *st)
{
	uint8_t on = 0, setup = 0;

	if (!global_flag(st, (CHAR16 *)L"SecureBoot", &on))
		return BOOT_SECURE_BOOT_NOT_OFFERED;
	if (on)
		return BOOT_SECURE_BOOT_ON;
	(void)global_flag(st, (CHAR16 *)L"SetupMode", &setup);
	return setup ? BOOT_SECURE_BOOT_SETUP : BOOT_SECURE_BOOT_OFF;
}

void firmware_reset_init(EFI_SYSTEM_TABLE *st)
{
	runtime = st->RuntimeServices;
}

void firmware_reset(void *kind)
{
	EFI_RESET_TYPE type =
		*(enum boot_reset *)kind == BOOT_RESET_POWER_OFF ? EfiResetShutdown : EfiResetCold;

	if (runtime)
		runtime->ResetSystem(type, EFI_SUCCESS, 0, NULL);
}
