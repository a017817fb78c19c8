/* SPDX-License-Identifier: MIT */
/*
 * The face of the processor room: everything the rooms above may ask of the machine they run on.
 * A second architecture is a second folder behind this same face. Unless a comment says otherwise,
 * functions may be called by any processor, with interrupts off; only arch_interrupts_wait and
 * arch_interrupts_window let them in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/pages.h"

/* What the number is called by which firmware and hardware name a processor. */
#define ARCH_HW_ID "APIC id"

/* --- processor state ------------------------------------------------------------------------- */

/* A segment as a descriptor and its hidden part: attributes are access byte 7:0, flags 15:12. */
struct arch_segment {
	uint64_t base;
	uint32_t limit; /* bytes, expanded */
	uint16_t selector;
	uint16_t attributes;
};

struct arch_table {
	uint64_t base;
	uint16_t limit;
};

/* Everything a processor is given before its first instruction of ours. */
struct arch_state {
	uint64_t rip, rsp, rflags;
	struct arch_segment cs, ds, es, fs, gs, ss, tr, ldtr;
	struct arch_table gdtr, idtr;
	uint64_t cr0, cr3, cr4, efer, pat;
};

/*
 * The architecture's own block of one processor: descriptor tables, task state, stacks, and what
 * its entry code notes down. Opaque above; ARCH_CPU_SIZE bytes, 64-byte aligned, zeroed.
 */
struct arch_cpu;
enum { ARCH_CPU_SIZE = 512 };

typedef void (*arch_ap_fn)(void *owner);

/*
 * Boot processor only. Give the block its descriptor tables and its stacks (each with a guard page
 * under it) out of `pages`; `entry(owner)` is what the processor runs when it arrives.
 * ERR_NO_MEMORY.
 */
enum err arch_cpu_init(struct arch_cpu *cpu, struct pages *pages, arch_ap_fn entry, void *owner);

/* Boot processor only, once: load the block's tables and go on in fn(arg) on the block's stack. */
_Noreturn void arch_cpu_enter(struct arch_cpu *cpu, void (*fn)(void *arg), void *arg);

/* The owner of the calling processor's block; NULL before arch_cpu_enter. */
void *arch_cpu_owner(void);

/* Time stamp counter at the first instruction of the processor's entry code; 0: not yet there. */
uint64_t arch_cpu_first_tsc(const struct arch_cpu *cpu);

/*
 * Boot processor, while the AP of this block is certain not to run: as after arch_cpu_init, so that
 * it may be started once more.
 */
void arch_cpu_renew(struct arch_cpu *cpu);

/* How many processors came to this block after the first; they were parked at once. */
uint32_t arch_cpu_strays(const struct arch_cpu *cpu);

/* The state in which an AP is to start on this block. Boot processor's control registers. */
void arch_cpu_wanted(const struct arch_cpu *cpu, struct arch_state *out);

/*
 * The state the calling AP really has: rsp, rflags and gs.base as its first instructions found
 * them; of segments only the selectors, and the bases of FS and GS, can be read back.
 */
void arch_cpu_found(struct arch_state *out);

/* --- exceptions ------------------------------------------------------------------------------- */

struct arch_fault {
	uint8_t vector;
	uint64_t error, rip, address; /* address: CR2, of a page fault only */
};

enum arch_fault_action {
	ARCH_FAULT_PANIC,  /* register dump, backtrace, panic */
	ARCH_FAULT_PARK,   /* stop this processor for good, say nothing */
	ARCH_FAULT_IGNORE, /* go on: an NMI that meant nothing */
};

/* Asked at an exception that no safe access was waiting for. owner: of the faulting processor. */
typedef enum arch_fault_action (*arch_fault_fn)(void *owner, const struct arch_fault *fault);
void arch_set_fault_handler(arch_fault_fn fn);
const char *arch_fault_name(uint8_t vector);
enum { ARCH_VECTOR_NMI = 2 };

/*
 * Print a backtrace of the caller through log_print, unless an exception has printed its own; stops
 * at the end of the stack.
 */
void arch_backtrace(void);
/* Where the image lies, so that a backtrace can be given as offsets. */
void arch_set_image(uint64_t base, uint64_t text_end);

/* --- interrupts ------------------------------------------------------------------------------- */

/*
 * There is one interrupt: another processor wants this one to look. It does nothing but count; who
 * waits looks at the count. Of class 15, the only one that arch_interrupts_prepare lets through.
 */
enum { ARCH_VECTOR_CALL = 0xF0 };

/* Any processor, once, before its first wait: nothing but that interrupt is let in. */
void arch_interrupts_prepare(void);
/* How many of them the calling processor has taken. */
uint32_t arch_interrupts(void);
/* Sleep until one comes. One that was sent since interrupts were last let in ends it at once. */
void arch_interrupts_wait(void);
/* A pause in which one is taken if it is there. */
void arch_interrupts_window(void);

/* --- paging ----------------------------------------------------------------------------------- */

enum {
	ARCH_MAP_WRITE = 1 << 0, /* never together with EXEC */
	ARCH_MAP_EXEC = 1 << 1,
	ARCH_MAP_DEVICE = 1 << 2,  /* uncached */
	ARCH_MAP_COMBINE = 1 << 3, /* write-combining where the processor can, else uncached */
};

/* Boot processor only. An empty set of page tables, its root below 4 GiB. ERR_NO_MEMORY. */
enum err arch_paging_init(struct pages *pages);

/*
 * Boot processor only. Map [va, va + size) to pa, over whatever was mapped there; page-aligned.
 * ERR_NO_MEMORY; ERR_INVALID for writable and executable at once or a misaligned range.
 */
enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags);
/* Boot processor only. Take a range out; ERR_NO_MEMORY when a large page could not be split. */
enum err arch_unmap(uint64_t va, uint64_t size);
/* Every mapped page of the tables now in use, in ascending order; flags: ARCH_MAP_... */
typedef void (*arch_page_fn)(void *ctx, uint64_t va, uint64_t size, unsigned int flags);
void arch_walk_pages(arch_page_fn fn, void *ctx);
/* The guard pages under the block's stacks, the main one's first, and the pages of all stacks. */
enum { ARCH_STACK_GUARDS = 4, ARCH_STACK_PAGES = 7 };
void arch_cpu_guards(const struct arch_cpu *cpu, uint64_t out[ARCH_STACK_GUARDS]);
/* Is ARCH_MAP_COMBINE more than uncached on this processor? */
bool arch_can_combine(void);
/*
 * A protection that CPUID offers and this processor has not switched on, by name; NULL if all of
 * them are on.
 */
const char *arch_protection_missing(void);
/* Where the mapped address va lies in physical memory. */
uint64_t arch_physical(uint64_t va);
/* Is the identity-mapped range [pa, pa + size) readable now? */
bool arch_mapped(uint64_t pa, uint64_t size);
/* Boot processor only. From now on this processor runs on these tables. */
void arch_paging_enable(void);

/* --- model-specific registers, CPUID, ports -------------------------------------------------- */

struct arch_cpuid {
	uint32_t eax, ebx, ecx, edx;
};
struct arch_cpuid arch_cpuid(uint32_t leaf, uint32_t subleaf);

/*
 * ERR_FAULT if the access raises an exception; *value is 0 then. Needs the block's tables loaded.
 */
enum err arch_msr_read(uint32_t msr, uint64_t *value);
enum err arch_msr_write(uint32_t msr, uint64_t value);

/*
 * CALL into a hypercall page with RCX, RDX and R8 as given; *result is RAX.
 * ERR_FAULT if the instruction in the page raises an exception.
 */
enum err arch_hypercall(uint64_t page, uint64_t control, uint64_t input, uint64_t output,
			uint64_t *result);

uint8_t arch_port_read8(uint16_t port);
uint32_t arch_port_read32(uint16_t port);
void arch_port_write8(uint16_t port, uint8_t value);
void arch_port_write16(uint16_t port, uint16_t value);
void arch_port_write32(uint16_t port, uint32_t value);

/* --- clock ------------------------------------------------------------------------------------ */

uint64_t arch_tsc(void);
/* Hertz of the time stamp counter by CPUID leaves 0x15 and 0x16; 0 if they do not say. */
uint64_t arch_tsc_hz_cpuid(void);
/*
 * Measure the time stamp counter against a counter of known rate for about 2 ms.
 * ERR_TIMEOUT: the counter stands still. mask: its valid bits.
 */
enum err arch_tsc_hz_measure(uint64_t (*counter)(void *ctx), void *ctx, uint64_t counter_hz,
			     uint64_t mask, uint64_t *hz);
/* Boot processor only: the rate that arch_clock_ns goes by; time 0 is now. */
void arch_clock_set(uint64_t tsc_hz);
/* Nanoseconds since arch_clock_set; 0 before it. */
uint64_t arch_clock_ns(void);
/* A number of ticks as nanoseconds, by the rate given to arch_clock_set. */
uint64_t arch_clock_ticks_ns(uint64_t ticks);
/* A raw time stamp as nanoseconds since arch_clock_set; 0 for what lies before it. */
uint64_t arch_clock_from_tsc(uint64_t tsc);

/*
 * Bits nobody can guess from outside: RDRAND where there is one, mixed with the time stamp counter.
 */
uint64_t arch_random(void);

/* --- waiting and ending ----------------------------------------------------------------------- */

void arch_pause(void);
/* Stop this processor for good, interrupts off. */
_Noreturn void arch_park(void);
/* Last resort: end the machine by a triple fault. */
_Noreturn void arch_triple_fault(void);
/*
 * Call fn(arg) on the page tables the firmware left, which still map all of its own code. What arg
 * points to must not lie on a stack: those tables do not map our stacks' window.
 */
void arch_call_on_firmware_tables(void (*fn)(void *arg), void *arg);

/* --- local APIC ------------------------------------------------------------------------------- */

/*
 * Boot processor only. Take the local APIC as the firmware left it (xAPIC or x2APIC), switching to
 * x2APIC when `need_x2apic` and the processor has it. ERR_UNSUPPORTED: needed and not there, or no
 * local APIC at all. ERR_NO_MEMORY: its registers cannot be mapped. Without a local APIC ids come
 * from CPUID and every send says ERR_UNSUPPORTED.
 */
enum err arch_apic_init(bool need_x2apic);
/* AP: enable its own local APIC in the boot processor's mode. */
void arch_apic_init_ap(void);
bool arch_apic_is_x2apic(void);
uint32_t arch_apic_id(void);
/* The id before arch_apic_init, by CPUID. */
uint32_t arch_apic_id_cpuid(void);
/*
 * ERR_TIMEOUT: the APIC did not accept the message. ERR_INVALID: id not addressable in this mode.
 */
enum err arch_apic_send_init(uint32_t apic_id);
enum err arch_apic_send_nmi(uint32_t apic_id);
enum err arch_apic_send_startup(uint32_t apic_id, uint8_t vector);
enum err arch_apic_send_call(uint32_t apic_id); /* ARCH_VECTOR_CALL */
/* To every processor of the machine but the caller, known to us or not. The same errors. */
enum err arch_apic_send_init_all(void);
enum err arch_apic_send_startup_all(uint8_t vector);
/* Does this processor need the 10 ms between INIT and the first start-up IPI? By CPUID alone. */
bool arch_init_needs_delay(struct arch_cpuid (*cpuid)(uint32_t leaf, uint32_t subleaf));

/* --- INIT-SIPI entry -------------------------------------------------------------------------- */

/*
 * Boot processor only. Fill the page below 1 MiB with the real-mode entry code, INT3 elsewhere, and
 * a table by which a processor finds its block from its APIC id; maps the page executable.
 * ERR_NO_MEMORY. The start-up vector is low_page >> 12.
 */
struct arch_sipi_target {
	uint32_t apic_id;
	struct arch_cpu *cpu;
};
enum err arch_sipi_prepare(uint64_t low_page, struct pages *pages,
			   const struct arch_sipi_target *targets, size_t count);

/* --- serial port ------------------------------------------------------------------------------ */

/* COM1, if there is one: found by its scratch register. ERR_NOT_FOUND. */
enum err arch_serial_init(void);
/* A log sink; every character waits a bounded time. */
void arch_serial_write(void *ctx, const char *text, size_t len);
