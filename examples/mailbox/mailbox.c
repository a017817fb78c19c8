/* SPDX-License-Identifier: MIT */
/*
 * How a kernel takes over processors from an ACPI mailbox (ACPI 6.6, 5.2.12.19): take_over() is all
 * of it. The rest of this UEFI program is what it needs to be one: it ends boot services, which is
 * when hvsmp brings the processors up for it, and counts those that came. Of hvsmp it knows the
 * mailbox that every firmware may have, and the header of the report.
 *
 * Load options, for tests: `return` comes back at once, `stale` ends boot services with a wrong key
 * first.
 */
#include <efi.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/report_table.h"

/* --- the mailbox ------------------------------------------------------------------------------ */

struct mailbox {
	uint16_t command; /* 0: nothing, 1: wake up */
	uint16_t reserved;
	uint32_t apic_id;
	uint64_t vector;
};

enum { MADT_FIXED = 44, LOCAL_APIC = 0, LOCAL_X2APIC = 9, WAKE_UP = 0x10, ENABLED = 1 };
enum { LOOKS = 20000000 };

static uint32_t up __attribute__((used)); /* by ap_entry */

static uint32_t u32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Until *word has the value; a bound, because a processor may be lost. */
static bool becomes(const uint32_t *word, uint32_t mask, uint32_t value)
{
	for (uint32_t i = 0; i < LOOKS; i++) {
		if ((__atomic_load_n(word, __ATOMIC_ACQUIRE) & mask) == value)
			return true;
		__asm__ volatile("pause");
	}
	return false;
}

static struct mailbox *find_mailbox(const uint8_t *madt)
{
	const uint8_t *end = madt + u32(madt + 4);

	for (const uint8_t *e = madt + MADT_FIXED; e < end && e[1]; e += e[1]) {
		if (e[0] == WAKE_UP)
			return (struct mailbox *)(u32(e + 8) | (uint64_t)u32(e + 12) << 32);
	}
	return NULL;
}

/*
 * Wake every processor of the MADT but this one, one after the other: they share the mailbox, and
 * here the stack. vector: 64-bit code in the first 4 GiB, which are mapped to themselves. How many
 * came.
 */
static uint32_t take_over(const uint8_t *madt, uint32_t self, uint64_t vector)
{
	struct mailbox *m = find_mailbox(madt);
	const uint8_t *end = madt + u32(madt + 4);

	for (const uint8_t *e = madt + MADT_FIXED; m && e < end && e[1]; e += e[1]) {
		bool wide = e[0] == LOCAL_X2APIC;
		uint32_t id = wide ? u32(e + 4) : e[3];
		uint32_t before = up;

		if ((!wide && e[0] != LOCAL_APIC) || id == self)
			continue;
		if (!(u32(e + (wide ? 8 : 4)) & ENABLED))
			continue;
		m->apic_id = id;
		m->vector = vector;
		__atomic_store_n(&m->command, 1, __ATOMIC_RELEASE);
		if (!becomes((uint32_t *)m, 0xFFFF, 0) || !becomes(&up, UINT32_MAX, before + 1))
			break; /* the mailbox is not ours before the command is 0 */
	}
	return up;
}

/* Where they come in: flat segments, the mailbox's tables, no stack, interrupts off. */
__asm__(".globl ap_entry\n"
	"ap_entry:\n"
	"	lock incl up(%rip)\n"
	"1:	cli\n"
	"	hlt\n"
	"	jmp 1b\n");
void ap_entry(void);

/* --- the program ------------------------------------------------------------------------------ */

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

enum { COM1 = 0x3F8, LINE_STATUS = COM1 + 5, CAN_SEND = 0x20, MAP_BYTES = 65536, TRIES = 8 };
static EFI_GUID acpi = ACPI_20_TABLE_GUID;
static EFI_GUID report = HVSMP_REPORT_GUID;

static void put(char c)
{
	uint8_t status = 0;

	for (uint32_t i = 0; i < 100000 && !(status & CAN_SEND); i++)
		__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)LINE_STATUS));
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)COM1));
}

static void say(const char *text, uint64_t number)
{
	char digits[21];
	int n = 0;

	for (; *text; text++) {
		if (*text != '#') {
			put(*text);
			continue;
		}
		do
			digits[n++] = (char)('0' + number % 10);
		while (number /= 10);
		while (n)
			put(digits[--n]);
	}
}

static const void *configuration(const EFI_SYSTEM_TABLE *st, const EFI_GUID *guid)
{
	const uint64_t *wanted = (const uint64_t *)guid;

	for (UINTN i = 0; i < st->NumberOfTableEntries; i++) {
		const uint64_t *g = (const uint64_t *)&st->ConfigurationTable[i].VendorGuid;

		if (g[0] == wanted[0] && g[1] == wanted[1])
			return st->ConfigurationTable[i].VendorTable;
	}
	return NULL;
}

static const uint8_t *find_madt(const EFI_SYSTEM_TABLE *st)
{
	const uint8_t *rsdp = configuration(st, &acpi);
	const uint8_t *xsdt = rsdp ? *(const uint8_t *const *)(rsdp + 24) : NULL;

	for (uint32_t at = 36; xsdt && at < u32(xsdt + 4); at += 8) {
		const uint8_t *table =
			(const uint8_t *)(u32(xsdt + at) | (uint64_t)u32(xsdt + at + 4) << 32);

		if (u32(table) == 0x43495041) /* "APIC" */
			return table;
	}
	return NULL;
}

static bool is_option(EFI_HANDLE image, const EFI_SYSTEM_TABLE *st, const CHAR16 *word)
{
	EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_LOADED_IMAGE *loaded;
	const CHAR16 *text;

	if (EFI_ERROR(st->BootServices->HandleProtocol(image, &guid, (void **)&loaded)) ||
	    loaded->LoadOptionsSize < sizeof(CHAR16))
		return false;
	for (text = loaded->LoadOptions; *word && *text == *word; text++)
		word++;
	return !*word;
}

static EFI_STATUS end_boot_services(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, UINTN wrong)
{
	static uint8_t map[MAP_BYTES];
	EFI_STATUS status = EFI_ABORTED;

	for (int i = 0; i < TRIES && status != EFI_SUCCESS; i++) {
		UINTN size = sizeof(map), key = 0, step;
		UINT32 version;

		st->BootServices->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map, &key, &step,
					       &version);
		status = st->BootServices->ExitBootServices(image, key + wrong);
		if (status != EFI_SUCCESS)
			say("mailbox: boot services are still there\r\n", 0);
		wrong = 0;
	}
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	const struct hvsmp_report_table *table = configuration(st, &report);
	const uint8_t *madt;
	uint32_t ebx = 0, eax = 1, ecx = 0, edx = 0;
	EFI_STATUS status;

	if (is_option(image, st, u"return"))
		return EFI_ABORTED;
	status = end_boot_services(image, st, is_option(image, st, u"stale"));
	if (status != EFI_SUCCESS)
		return status;
	__asm__ volatile("cli" : : : "memory");
	if (table && table->signature == HVSMP_REPORT_SIGNATURE)
		say("mailbox: a report of # bytes\r\n", table->size);
	__asm__ volatile("cpuid" : "+a"(eax), "+b"(ebx), "+c"(ecx), "+d"(edx));
	madt = find_madt(st);
	say("mailbox: # processors came\r\n",
	    madt ? take_over(madt, ebx >> 24, (uint64_t)ap_entry) : 0);
	st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	for (;;)
		__asm__ volatile("cli; hlt");
}
