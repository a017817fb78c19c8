/* SPDX-License-Identifier: MIT */
/* The processors: the mode of their local APICs, and bits of the boot processor's CR4. */
#include "tests/spoil/x86_64/cpu.h"

#define MSR_APIC_BASE   0x1B
#define APIC_X2APIC     0xC00U /* enabled, x2APIC mode */
#define LEAF_1_X2APIC   (1U << 21)
#define CR4_SMEP        (1UL << 20)
#define CR4_SMAP        (1UL << 21)
#define PAGE_TABLE_BITS 3UL /* present, writable */

/* UEFI Platform Initialization specification, MP Services Protocol; GNU-EFI has no header of it. */
struct mp_services {
	void *unused[2];
	EFI_STATUS(EFIAPI *run_on_all)
	(struct mp_services *, void(EFIAPI *)(void *), BOOLEAN, EFI_EVENT, UINTN, void *, UINTN **);
};

static EFI_GUID mp_services_guid = {0x3fdda605,
				    0xa76e,
				    0x4f46,
				    {0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08}};

static uint64_t cr4_bits;
static uint64_t *five_root;
static uint8_t *five_code;
static bool x2apic_here;

/* la57.asm: to five levels, by a way out of long mode; the new root lies below 4 GiB. */
void la57_enable(uint64_t root, uint8_t *code);
extern const uint8_t la57_code[], la57_code_end[];

static void EFIAPI enter_x2apic(void *unused)
{
	uint32_t low, high;

	(void)unused;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_APIC_BASE));
	__asm__ volatile("wrmsr" : : "a"(low | APIC_X2APIC), "d"(high), "c"(MSR_APIC_BASE));
}

static void require_x2apic(void)
{
	uint32_t a = 1, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (!(c & LEAF_1_X2APIC))
		fail("the processor has none", "x2APIC");
}

/* x2apic: all processors but this one */
void cpu_aps(char *value)
{
	struct mp_services *mp;

	require_x2apic();
	if (!equal(value, "x2apic"))
		fail("must be x2apic", value);
	if (EFI_ERROR(services->LocateProtocol(&mp_services_guid, NULL, (void **)&mp)))
		fail("there are none", "MP services");
	if (EFI_ERROR(mp->run_on_all(mp, enter_x2apic, FALSE, NULL, 0, NULL, NULL)))
		fail("cannot be run on", "the other processors");
}

/* x2apic: this one */
void cpu_bsp(char *value)
{
	require_x2apic();
	if (!equal(value, "x2apic"))
		fail("must be x2apic", value);
	x2apic_here = true;
}

static void prepare_five_levels(void)
{
	five_root = take_pages(EfiBootServicesData, PAGE_SIZE);
	five_code = take_pages(EfiBootServicesCode, PAGE_SIZE);
	copy(five_code, la57_code, (size_t)(la57_code_end - la57_code));
	map_hook();
}

/* BIT[,BIT ...] of smep, smap, la57 */
void cpu_cr4(char *value)
{
	while (*value) {
		const char *bit = cut(&value, ',');

		if (equal(bit, "smep"))
			cr4_bits |= CR4_SMEP;
		else if (equal(bit, "smap"))
			cr4_bits |= CR4_SMAP;
		else if (equal(bit, "la57"))
			prepare_five_levels();
		else
			fail("no such bit", bit);
	}
}

void cpu_change(void)
{
	uint64_t cr4;

	if (x2apic_here)
		enter_x2apic(NULL);
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | cr4_bits));
}

void cpu_change_at_the_end(void)
{
	uint64_t old;

	if (!five_root)
		return;
	__asm__ volatile("mov %%cr3, %0" : "=r"(old));
	five_root[0] = (old & ~(PAGE_SIZE - 1)) | PAGE_TABLE_BITS;
	la57_enable((uint64_t)five_root, five_code);
	serial_say("spoil: five levels\r\n");
}
