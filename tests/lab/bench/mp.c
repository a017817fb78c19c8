/* SPDX-License-Identifier: MIT */
/*
 * How long the firmware's MP services take to have every processor run a procedure and to know that
 * all have: what a boot loader or an operating system that is still a guest of the firmware can
 * get. Says a line a round on the console, ticks of the time stamp counter:
 *   @ovmf processors=4 online=4 ticks=123456
 * online: the processors that ran the procedure, and the one that asked. Then powers off.
 */
#include <efi.h>

#include <stdbool.h>
#include <stdint.h>

#ifndef ROUNDS
#define ROUNDS 1
#endif
#define LINE_SIZE  80
#define DIGITS_MAX 20

/* PI 1.7, volume 2, 13.4 EFI_MP_SERVICES_PROTOCOL: what is used of it. */
static EFI_GUID mp_services_guid = {0x3fdda605,
				    0xa76e,
				    0x4f46,
				    {0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08}};

typedef void(EFIAPI *ap_procedure)(void *argument);

struct mp_services {
	EFI_STATUS(EFIAPI *get_number)(struct mp_services *mp, UINTN *all, UINTN *enabled);
	void *get_info;
	EFI_STATUS(EFIAPI *startup_all)
	(struct mp_services *mp, ap_procedure procedure, BOOLEAN one_by_one, EFI_EVENT event,
	 UINTN timeout_us, void *argument, UINTN **failed);
	void *startup_this, *switch_bsp, *enable, *who_am_i;
};
_Static_assert(sizeof(struct mp_services) == 7 * sizeof(void *), "seven functions");

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

struct line {
	CHAR16 text[LINE_SIZE];
	unsigned int used;
};

static void put_text(struct line *line, const CHAR16 *text)
{
	while (*text && line->used < LINE_SIZE - 1)
		line->text[line->used++] = *text++;
	line->text[line->used] = 0;
}

static void put_number(struct line *line, uint64_t value)
{
	CHAR16 digits[DIGITS_MAX + 1];
	unsigned int at = DIGITS_MAX;

	digits[at] = 0;
	do {
		digits[--at] = (CHAR16)(L'0' + value % 10);
		value /= 10;
	} while (value);
	put_text(line, &digits[at]);
}

static uint64_t ticks_now(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* On each other processor. */
static void EFIAPI arrive(void *argument)
{
	__atomic_fetch_add((uint64_t *)argument, 1, __ATOMIC_SEQ_CST);
}

static EFI_STATUS measure(struct mp_services *mp, SIMPLE_TEXT_OUTPUT_INTERFACE *console)
{
	struct line line = {.used = 0};
	UINTN all = 0, enabled = 0;
	uint64_t online = 1, begin, ticks;
	EFI_STATUS status = mp->get_number(mp, &all, &enabled);

	if (EFI_ERROR(status))
		return status;
	begin = ticks_now();
	status = mp->startup_all(mp, arrive, FALSE, NULL, 0, &online, NULL);
	ticks = ticks_now() - begin;

	put_text(&line, L"@ovmf processors=");
	put_number(&line, enabled);
	put_text(&line, L" online=");
	put_number(&line, online);
	put_text(&line, L" ticks=");
	put_number(&line, ticks);
	put_text(&line, L"\r\n");
	console->OutputString(console, line.text);
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	struct mp_services *mp;
	EFI_STATUS status;

	(void)image;
	status = st->BootServices->LocateProtocol(&mp_services_guid, NULL, (void **)&mp);
	for (unsigned int i = 0; i < ROUNDS && !EFI_ERROR(status); i++)
		status = measure(mp, st->ConOut);
	if (EFI_ERROR(status))
		st->ConOut->OutputString(st->ConOut, (CHAR16 *)L"@ovmf error\r\n");
	st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	return status;
}
