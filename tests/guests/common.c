/* SPDX-License-Identifier: MIT */
/* Out of the firmware, COM1, and the end: what all these guests share. */
#include "tests/guests/guest.h"

#include <efi.h>

enum {
	COM1 = 0x3F8,
	LINE_STATUS = COM1 + 5,
	CAN_SEND = 0x20,
	SEND_TRIES = 1000000,
	EXIT_PORT = 0xF4
};
#define BELOW_4G  0xFFFFFFFFUL
#define MAP_BYTES 32768
#define TRIES     4

uint8_t *guest_pages[GUEST_PAGES];

/* What a freestanding gcc calls of its own accord. */
void *memset(void *to, int value, size_t size);
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

void *memset(void *to, int value, size_t size)
{
	void *at = to;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(value) : "memory");
	return to;
}

static uint8_t line_status(void)
{
	uint8_t status;

	__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)LINE_STATUS));
	return status;
}

static void put(char c)
{
	for (uint32_t tries = SEND_TRIES; tries && !(line_status() & CAN_SEND); tries--)
		;
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)COM1));
}

void say(const char *text)
{
	while (*text)
		put(*text++);
}

static void say_number(uint64_t value)
{
	say("0x");
	for (int shift = 60; shift >= 0; shift -= 4)
		put("0123456789abcdef"[value >> shift & 0xF]);
}

static _Noreturn void end(uint32_t value)
{
	out32(EXIT_PORT, value);
	for (;;)
		__asm__ volatile("cli; hlt");
}

void expect(const char *what, uint64_t found, uint64_t due)
{
	if (found == due)
		return;
	say("guest: ");
	say(what);
	say(": ");
	say_number(found);
	say(", not ");
	say_number(due);
	say("\n");
	end(1);
}

static void take_pages(EFI_BOOT_SERVICES *services)
{
	for (int i = 0; i < GUEST_PAGES; i++) {
		EFI_PHYSICAL_ADDRESS at = BELOW_4G;

		expect("pages", services->AllocatePages(AllocateMaxAddress, EfiLoaderData, 1, &at),
		       EFI_SUCCESS);
		guest_pages[i] = (uint8_t *)at;
		services->SetMem(guest_pages[i], 4096, 0);
	}
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
	static uint8_t map[MAP_BYTES];
	EFI_BOOT_SERVICES *services = system_table->BootServices;
	EFI_STATUS status = EFI_ABORTED;

	take_pages(services);
	for (int i = 0; i < TRIES && status != EFI_SUCCESS; i++) {
		UINTN size = sizeof(map), key = 0, step;
		UINT32 version;

		services->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map, &key, &step, &version);
		status = services->ExitBootServices(image, key);
	}
	expect("ExitBootServices", status, EFI_SUCCESS);
	__asm__ volatile("cli");
	guest_main();
	say("guest: all as expected\n");
	end(0);
}
