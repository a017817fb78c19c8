/* SPDX-License-Identifier: MIT */
/* The reset service and the description of the screen. */
#include "tests/spoil/spoil.h"

/* Canonical, and mapped by nobody. */
#define NOWHERE 0xFFFF900000000000UL

static void EFIAPI reset_returns(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size, CHAR16 *data)
{
	(void)type;
	(void)status;
	(void)size;
	(void)data;
	serial_say("spoil: ResetSystem was asked\r\n");
}

/* Faults with registers in disorder that a function should have saved. */
static void EFIAPI reset_page_fault(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size,
				    CHAR16 *data)
{
	reset_returns(type, status, size, data);
	machine_page_fault(NOWHERE);
}

static void EFIAPI reset_undefined(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size, CHAR16 *data)
{
	reset_returns(type, status, size, data);
	machine_undefined();
}

/*
 * GNU-EFI's releases disagree about what the function returns, which is nothing: hence the casts.
 * return, page-fault, undefined, or an address that is taken for the function's
 */
void reset_by(char *value)
{
	EFI_TABLE_HEADER *header = &firmware->RuntimeServices->Hdr;
	EFI_RUNTIME_SERVICES *runtime = firmware->RuntimeServices;
	UINT32 crc = 0;

	if (equal(value, "return"))
		runtime->ResetSystem = (void *)reset_returns;
	else if (equal(value, "page-fault"))
		runtime->ResetSystem = (void *)reset_page_fault;
	else if (equal(value, "undefined"))
		runtime->ResetSystem = (void *)reset_undefined;
	else
		runtime->ResetSystem = (EFI_RESET_SYSTEM)number(&value);
	header->CRC32 = 0;
	services->CalculateCrc32(header, header->HeaderSize, &crc);
	header->CRC32 = crc;
}

/* ADDRESS */
void screen_base(char *value)
{
	EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop;

	if (EFI_ERROR(services->LocateProtocol(&guid, NULL, (void **)&gop)))
		fail("there is none", "screen");
	gop->Mode->FrameBufferBase = number(&value);
}

/* AllocatePages answers EFI_OUT_OF_RESOURCES for memory of this type from now on. */
static EFI_ALLOCATE_PAGES allocate_pages;
static EFI_MEMORY_TYPE refused;

static EFI_STATUS EFIAPI allocate_others(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages,
					 EFI_PHYSICAL_ADDRESS *at)
{
	return type == refused ? EFI_OUT_OF_RESOURCES : allocate_pages(how, type, pages, at);
}

/* TYPE */
void memory_refuse(char *value)
{
	refused = (EFI_MEMORY_TYPE)number(&value);
	allocate_pages = services->AllocatePages;
	services->AllocatePages = allocate_others;
}
