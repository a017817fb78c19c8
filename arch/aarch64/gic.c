/* SPDX-License-Identifier: MIT */
/*
 * GICv3 (Arm IHI 0069), for two software-generated interrupts: one that can be held off, and one
 * that stops a processor in whatever it does. Both are masked by priority and not by PSTATE, so
 * that the second gets through as long as no other exception is being taken.
 */
#include "arch/aarch64/affinity.h"
#include "arch/aarch64/cpu.h"

enum { SGI_NOTIFY = ARCH_NOTIFY_VECTOR, SGI_STOP = 2, SGIS = 1 << SGI_NOTIFY | 1 << SGI_STOP };
enum { INTID_SPECIAL = 1020 }; /* from here on: none is there */

/* Lower is more urgent; an interrupt comes in if it is below the mask. */
enum { PRIORITY_STOP = 0x20, MASK_CLOSED = 0x80, PRIORITY_NOTIFY = 0xA0, MASK_OPEN = 0xF0 };

enum { GICD_CTLR = 0x0000, GICD_SIZE = 0x10000 };
enum { CTLR_GROUP1 = 1 << 1, CTLR_AFFINITY_ROUTING = 1 << 4 };
#define CTLR_BUSY (1U << 31)

/* A redistributor: two frames of 64 KiB, the second for SGIs and PPIs. */
enum {
	GICR_TYPER = 0x0008, /* 63:32 affinity, bit 4: the last of its range */
	GICR_WAKER = 0x0014,
	GICR_IGROUPR0 = 0x10080,
	GICR_ISENABLER0 = 0x10100,
	GICR_ICENABLER0 = 0x10180,
	GICR_ICPENDR0 = 0x10280,
	GICR_IPRIORITYR = 0x10400, /* a byte an interrupt */
};
enum { TYPER_LAST = 1 << 4, WAKER_SLEEP = 1 << 1, WAKER_ASLEEP = 1 << 2 };

enum { MAX_RANGES = 64, MAX_LOOKS = 1000000 };

static uint64_t distributor;
static struct {
	uint64_t base, size;
} range[MAX_RANGES];
static unsigned int ranges;
static bool usable;

void arch_gic_distributor(uint64_t base)
{
	distributor = base;
}

/* Ranges that follow each other become one: some firmware names each processor's by itself. */
bool arch_gic_redistributors(uint64_t base, uint64_t size)
{
	if (ranges && range[ranges - 1].base + range[ranges - 1].size == base) {
		range[ranges - 1].size += size;
		return true;
	}
	if (ranges == MAX_RANGES)
		return false;
	range[ranges].base = base;
	range[ranges++].size = size;
	return true;
}

static uint32_t get(uint64_t address)
{
	return *(const volatile uint32_t *)address;
}

static uint64_t get64(uint64_t address)
{
	return *(const volatile uint64_t *)address;
}

static void put(uint64_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

/* Bits of a register to be clear. */
static bool await_clear(uint64_t address, uint32_t bits)
{
	for (unsigned int i = 0; i < MAX_LOOKS; i++) {
		if (!(get(address) & bits))
			return true;
		arch_pause();
	}
	return false;
}

/* The calling processor's, by its affinity; 0: no range has one. */
static uint64_t find_redistributor(void)
{
	uint32_t affinity = affinity_packed(arch_hw_id());

	for (unsigned int r = 0; r < ranges; r++) {
		for (uint64_t at = 0; at + ARCH_GIC_FRAMES <= range[r].size;
		     at += ARCH_GIC_FRAMES) {
			uint64_t type = get64(range[r].base + at + GICR_TYPER);

			if (type >> 32 == affinity)
				return range[r].base + at;
			if (type & TYPER_LAST)
				break;
		}
	}
	return 0;
}

static bool open_redistributor(uint64_t base)
{
	put(base + GICR_WAKER, get(base + GICR_WAKER) & ~(uint32_t)WAKER_SLEEP);
	if (!await_clear(base + GICR_WAKER, WAKER_ASLEEP))
		return false;
	put(base + GICR_ICENABLER0, ~0U); /* what the firmware's timer, say, still has on */
	put(base + GICR_ICPENDR0, ~0U);
	put(base + GICR_IGROUPR0, ~0U);
	for (unsigned int i = 0; i < 16; i += 4) {
		uint32_t word = 0;

		for (unsigned int k = 0; k < 4; k++)
			word |= (i + k == SGI_STOP ? PRIORITY_STOP : (uint32_t)PRIORITY_NOTIFY)
				<< 8 * k;
		put(base + GICR_IPRIORITYR + i, word);
	}
	put(base + GICR_ISENABLER0, SGIS);
	return true;
}

#define ICC_SRE_EL1     "s3_0_c12_c12_5"
#define ICC_PMR_EL1     "s3_0_c4_c6_0"
#define ICC_BPR1_EL1    "s3_0_c12_c12_3"
#define ICC_CTLR_EL1    "s3_0_c12_c12_4"
#define ICC_IGRPEN1_EL1 "s3_0_c12_c12_7"
#define ICC_IAR1_EL1    "s3_0_c12_c12_0"
#define ICC_EOIR1_EL1   "s3_0_c12_c12_1"
#define ICC_SGI1R_EL1   "s3_0_c12_c11_5"
#define ICC_READ(name)                                                         \
	({                                                                     \
		uint64_t value_;                                               \
		__asm__ volatile("mrs %0, " name : "=r"(value_) : : "memory"); \
		value_;                                                        \
	})
#define ICC_WRITE(name, value) \
	__asm__ volatile("msr " name ", %0; isb" : : "r"((uint64_t)(value)) : "memory")

enum { SRE_ENABLE = 1, CTLR_RANGE_SELECTOR = 1 << 18 };

static void open_interface(void)
{
	ICC_WRITE(ICC_SRE_EL1, ICC_READ(ICC_SRE_EL1) | SRE_ENABLE);
	ICC_WRITE(ICC_PMR_EL1, MASK_CLOSED);
	ICC_WRITE(ICC_BPR1_EL1, 0);
	ICC_WRITE(ICC_CTLR_EL1, 0); /* to drop the priority is to deactivate */
	ICC_WRITE(ICC_IGRPEN1_EL1, 1);
	__asm__ volatile("msr daifclr, %0" : : "i"(DAIF_IRQ) : "memory");
}

void arch_ipi_init_ap(void)
{
	struct arch_cpu *cpu = this_cpu();

	if (!usable)
		return;
	cpu->redistributor = find_redistributor();
	if (cpu->redistributor && open_redistributor(cpu->redistributor))
		open_interface();
}

static enum err map_all(void)
{
	enum err e =
		arch_map(distributor, distributor, GICD_SIZE, ARCH_MAP_WRITE | ARCH_MAP_DEVICE);

	for (unsigned int r = 0; r < ranges && !e; r++)
		e = arch_map(range[r].base, range[r].base, range[r].size,
			     ARCH_MAP_WRITE | ARCH_MAP_DEVICE);
	return e;
}

enum err arch_ipi_init(void)
{
	struct arch_cpu *cpu = this_cpu();

	if (!distributor || !ranges)
		return ERR_UNSUPPORTED;
	if (map_all())
		return ERR_NO_MEMORY;
	put(distributor + GICD_CTLR,
	    get(distributor + GICD_CTLR) | CTLR_AFFINITY_ROUTING | CTLR_GROUP1);
	if (!await_clear(distributor + GICD_CTLR, CTLR_BUSY))
		return ERR_TIMEOUT;
	cpu->redistributor = find_redistributor();
	if (!cpu->redistributor || !open_redistributor(cpu->redistributor))
		return ERR_UNSUPPORTED;
	usable = true;
	open_interface();
	return OK;
}

enum err arch_ipi_widen(void)
{
	return OK;
}

const char *arch_ipi_name(void)
{
	return usable ? "GICv3" : "no interrupt controller";
}

static enum err send(uint64_t hw_id, unsigned int intid)
{
	if (!usable)
		return ERR_UNSUPPORTED;
	if (hw_id & ~MPIDR_AFFINITY ||
	    (affinity_selector(hw_id) && !(ICC_READ(ICC_CTLR_EL1) & CTLR_RANGE_SELECTOR)))
		return ERR_INVALID;
	__asm__ volatile("dsb ish" : : : "memory"); /* what it is sent for is there to be read */
	ICC_WRITE(ICC_SGI1R_EL1, affinity_sgi(hw_id, intid));
	return OK;
}

enum err arch_notify(uint64_t hw_id)
{
	return send(hw_id, SGI_NOTIFY);
}

enum err arch_stop(uint64_t hw_id)
{
	return send(hw_id, SGI_STOP);
}

enum gic_taken gic_take(struct arch_cpu *cpu)
{
	uint64_t intid = ICC_READ(ICC_IAR1_EL1);

	if (intid >= INTID_SPECIAL)
		return GIC_TOOK_ALL;
	if (intid == SGI_NOTIFY)
		__atomic_store_n(&cpu->interrupts, cpu->interrupts + 1, __ATOMIC_RELAXED);
	ICC_WRITE(ICC_EOIR1_EL1, intid);
	if (intid == SGI_STOP)
		return GIC_TOOK_STOP;
	return intid == SGI_NOTIFY ? GIC_TOOK_ALL : GIC_TOOK_UNKNOWN;
}

/* Nothing but the two is enabled, and the mask is closed: arch_ipi_init and arch_ipi_init_ap. */
void arch_interrupts_prepare(void)
{
}

/*
 * An interrupt that is held off by PSTATE ends WFI all the same, so none is slept through. Without
 * a controller none comes, and its registers are not touched.
 */
void arch_interrupts_wait(void)
{
	if (!usable) {
		arch_pause();
		return;
	}
	__asm__ volatile("msr daifset, %0" : : "i"(DAIF_IRQ) : "memory");
	ICC_WRITE(ICC_PMR_EL1, MASK_OPEN);
	__asm__ volatile("dsb sy; wfi; msr daifclr, %0; isb" : : "i"(DAIF_IRQ) : "memory");
	ICC_WRITE(ICC_PMR_EL1, MASK_CLOSED);
}

void arch_interrupts_window(void)
{
	if (!usable) {
		arch_pause();
		return;
	}
	ICC_WRITE(ICC_PMR_EL1, MASK_OPEN);
	__asm__ volatile("yield; isb" : : : "memory");
	ICC_WRITE(ICC_PMR_EL1, MASK_CLOSED);
}
