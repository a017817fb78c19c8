/* SPDX-License-Identifier: MIT */
/*
 * The processor in the hypervisor's own hands: its own tables (the guest reclaims the firmware's),
 * SVM on, exceptions that report themselves, and the trampoline page.
 */
#include "tests/refhv/vmm/host.h"

#include "tests/refhv/cpu.h"
#include "tests/refhv/log.h"
#include "tests/refhv/x86.h"
#include "tests/refhv/vmm/state.h"

#define HOST_CR0 (CR0_PG | CR0_WP | CR0_NE | CR0_ET | 2 /* MP */ | CR0_PE)
/* Both as in trampoline.asm. PGE as most guests: QEMU drops all translations when it changes. */
#define HOST_CR4       (CR4_PAE | CR4_PGE)
#define CODE_SELECTOR  0x08
#define VECTORS        32
#define VECTOR_NMI     2
#define INTERRUPT_GATE 0x8E00UL

/* trampoline.asm */
extern const uint8_t trampoline[];
extern const uint8_t trampoline_end[];
extern const uint8_t trampoline_gdt_base[];
extern const uint8_t trampoline_far[];
extern const uint8_t trampoline_host_cr3[];
extern const uint8_t trampoline_vps[];
extern const uint8_t trampoline_function[];

struct gate {
	uint64_t low;
	uint64_t high;
};

/* The same selectors as the trampoline's: null, 64-bit code, data. */
static uint64_t gdt[] = {0, 0x00AF9B000000FFFFUL, 0x00CF93000000FFFFUL};
static struct gate idt[VECTORS];

static void prepare_idt(void)
{
	for (uint64_t i = 0; i < VECTORS; i++) {
		uint64_t stub = (uint64_t)host_exception_stubs + i * HOST_EXCEPTION_STUB_SIZE;

		if (i == VECTOR_NMI)
			stub = (uint64_t)host_nmi;

		idt[i].low = (stub & 0xFFFF) | CODE_SELECTOR << 16 | INTERRUPT_GATE << 32 |
			     (stub >> 16 & 0xFFFF) << 48;
		idt[i].high = stub >> 32;
	}
}

void host_exception(uint64_t vector, uint64_t error_code, uint64_t rip)
{
	static struct line line;

	line_begin(&line, "error");
	line_add(&line, " what=host_exception vector=%lu error_code=0x%lx rip=0x%lx cr2=0x%lx",
		 vector, error_code, rip, cpu_read_cr2());
	log_end_with_error(&line);
}

static uint8_t *trampoline_at(const uint8_t *symbol)
{
	return (uint8_t *)hv.trampoline.start + (symbol - trampoline);
}

static void prepare_trampoline(void (*arrive)(struct vp *vp))
{
	uint32_t base = (uint32_t)hv.trampoline.start;

	cpu_copy((void *)hv.trampoline.start, trampoline, (size_t)(trampoline_end - trampoline));
	*(uint32_t *)trampoline_at(trampoline_gdt_base) += base;
	*(uint32_t *)trampoline_at(trampoline_far) += base;
	*(uint64_t *)trampoline_at(trampoline_host_cr3) = (uint64_t)hv.host.root;
	*(uint64_t *)trampoline_at(trampoline_vps) = (uint64_t)hv.partition.by_apic_id;
	*(uint64_t *)trampoline_at(trampoline_function) = (uint64_t)arrive;
}

void host_prepare(void (*arrive)(struct vp *vp))
{
	prepare_idt();
	prepare_trampoline(arrive);
}

void host_enter(const struct vp *vp)
{
	cpu_lgdt((struct descriptor_table){sizeof(gdt) - 1, (uint64_t)gdt});
	cpu_lidt((struct descriptor_table){sizeof(idt) - 1, (uint64_t)idt});
	host_load_segments();
	cpu_write_cr0(HOST_CR0);
	cpu_write_cr4(HOST_CR4);
	cpu_wrmsr(MSR_EFER, cpu_rdmsr(MSR_EFER) | EFER_NXE | EFER_SVME);
	cpu_wrmsr(MSR_VM_HSAVE_PA, (uint64_t)vp->processor.host_save);
	/* No interrupt reaches the host: every exit leaves the global interrupt flag clear. */
	cpu_clgi();
}
