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
#include "this_arch.h"

/* --- processor state ------------------------------------------------------------------------- */

/*
 * The architecture's own block of one processor: descriptor tables, task state, stacks, and what
 * its entry code notes down. Opaque above; ARCH_CPU_SIZE bytes, 64-byte aligned, zeroed.
 */
struct arch_cpu;

typedef void (*arch_ap_fn)(void *owner);

/*
 * Boot processor only, before anything else: interrupts off, and exceptions are ours from here on.
 * What the firmware left is not touched any more.
 */
void arch_early_init(void);

/*
 * Boot processor only. Give the block its descriptor tables and its stacks (each with a guard page
 * under it) out of `pages`; `entry(owner)` is what the processor runs when it arrives.
 * ERR_NO_MEMORY.
 */
enum err arch_cpu_init(struct arch_cpu *cpu, struct pages *pages, arch_ap_fn entry, void *owner);

/* Boot processor only, once: load the block's tables and go on in fn(arg) on the block's stack. */
_Noreturn void arch_cpu_enter(struct arch_cpu *cpu, void (*fn)(void *arg), void *arg);

/*
 * Boot processor only: the state in which an AP is to start on this block, anew, by the tables that
 * are in use for new blocks.
 */
void arch_cpu_want(struct arch_cpu *cpu);

/* The owner of the calling processor's block; NULL before arch_cpu_enter. */
void *arch_cpu_owner(void);

/* Time stamp counter at the first instruction of the processor's entry code; 0: not yet there. */
uint64_t arch_cpu_first_ticks(const struct arch_cpu *cpu);

/*
 * Boot processor, while the AP of this block is certain not to run: as after arch_cpu_init, so that
 * it may be started once more.
 */
void arch_cpu_renew(struct arch_cpu *cpu);

/* How many processors came to this block after the first; they were parked at once. */
uint32_t arch_cpu_strays(const struct arch_cpu *cpu);

/*
 * The calling AP holds the registers it really has against those it was to have: fn is called for
 * each that can be read back. Registers have numbers below ARCH_REGISTERS and names of their own.
 */
typedef void (*arch_register_fn)(void *ctx, unsigned int reg, uint64_t wanted, uint64_t found);
void arch_cpu_compare(const struct arch_cpu *cpu, arch_register_fn fn, void *ctx);
const char *arch_register_name(unsigned int reg);

/* --- exceptions ------------------------------------------------------------------------------- */

struct arch_fault {
	uint8_t code; /* which exception; arch_fault_name */
	bool is_stop; /* it is what arch_stop sends */
	uint64_t pc;  /* of the instruction */
};

enum arch_fault_action {
	ARCH_FAULT_PANIC,  /* register dump, backtrace, panic */
	ARCH_FAULT_PARK,   /* stop this processor for good, say nothing */
	ARCH_FAULT_IGNORE, /* go on: an NMI that meant nothing */
};

/* Asked at an exception that no safe access was waiting for. owner: of the faulting processor. */
typedef enum arch_fault_action (*arch_fault_fn)(void *owner, const struct arch_fault *fault);
void arch_set_fault_handler(arch_fault_fn fn);
const char *arch_fault_name(uint8_t code);

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
 * waits looks at the count. ARCH_NOTIFY_VECTOR is its number for a hypervisor that sends it.
 */

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
 * ERR_NO_MEMORY; ERR_INVALID for writable and executable at once, a misaligned range, or one that
 * is no physical address.
 */
enum err arch_map(uint64_t va, uint64_t pa, uint64_t size, unsigned int flags);
/* Every mapped page of the tables now in use, in ascending order; flags: ARCH_MAP_... */
typedef void (*arch_page_fn)(void *ctx, uint64_t va, uint64_t size, unsigned int flags);
void arch_walk_pages(arch_page_fn fn, void *ctx);
/* The guard pages under the block's stacks, the main one's first, and the pages of all stacks. */
void arch_cpu_guards(const struct arch_cpu *cpu, uint64_t out[ARCH_STACK_GUARDS]);
/* Is ARCH_MAP_COMBINE more than uncached on this processor? */
bool arch_can_combine(void);
/*
 * A protection that CPUID offers and this processor has not switched on, by name; NULL if all of
 * them are on.
 */
const char *arch_protection_missing(void);
/* Can memory be made not executable at all? */
bool arch_can_forbid_execution(void);
/* Where the mapped address va lies in physical memory; 0: it is not mapped. */
uint64_t arch_physical(uint64_t va);
/*
 * Boot processor only. Can [pa, pa + size) be memory: within the processor's width, and canonical
 * where it is mapped to itself? Any values.
 */
bool arch_is_physical(uint64_t pa, uint64_t size);
/* Does it touch addresses at which every machine has devices, and reading may have effects? */
bool arch_is_device(uint64_t pa, uint64_t size);
/* Is the identity-mapped range [pa, pa + size) readable now? */
bool arch_mapped(uint64_t pa, uint64_t size);
/* Boot processor only. From now on this processor runs on these tables. */
void arch_paging_enable(void);

/* --- clock ------------------------------------------------------------------------------------ */

uint64_t arch_ticks(void);
/* Hertz of the processor's time stamps by its own word; 0 if it does not say. */
uint64_t arch_ticks_hz(void);
/*
 * Measure the time stamp counter against a counter of known rate for about 2 ms.
 * ERR_TIMEOUT: the counter stands still. mask: its valid bits.
 */
enum err arch_ticks_measure(uint64_t (*counter)(void *ctx), void *ctx, uint64_t counter_hz,
			    uint64_t mask, uint64_t *hz);
/* Boot processor only: the rate that arch_clock_ns goes by; time 0 is now. */
void arch_clock_set(uint64_t tsc_hz);
/* Nanoseconds since arch_clock_set; 0 before it. */
uint64_t arch_clock_ns(void);
/* A number of ticks as nanoseconds, by the rate given to arch_clock_set. */
uint64_t arch_clock_ticks_ns(uint64_t ticks);
/*
 * Nanoseconds from one raw time stamp to another, the shorter way round: negative if the second is
 * behind, also where it has wrapped. At most INT64_MAX either way.
 */
int64_t arch_clock_between(uint64_t from, uint64_t to);
/* A raw time stamp as nanoseconds since arch_clock_set; 0 for what lies before it. */
uint64_t arch_clock_from_ticks(uint64_t tsc);

/*
 * Bits that cannot be guessed from outside: RDRAND where there is one, mixed with the time stamp
 * counter.
 */
uint64_t arch_random(void);

/* --- waiting and ending ----------------------------------------------------------------------- */

void arch_pause(void);
/* Stop this processor for good, interrupts off. */
_Noreturn void arch_park(void);
/*
 * Call fn(arg) on the page tables the firmware left, which still map all of its own code. What arg
 * points to must not lie on a stack: those tables do not map our stacks' window. ERR_FAULT: it
 * raised an exception.
 */
enum err arch_call_on_firmware_tables(void (*fn)(void *arg), void *arg);

/* --- other processors ------------------------------------------------------------------------- */

/*
 * Boot processor only, on its own page tables. Take the interrupt controller as the firmware left
 * it. ERR_UNSUPPORTED: there is none, and every send says so. ERR_NO_MEMORY: its registers cannot
 * be mapped.
 */
enum err arch_ipi_init(void);
/*
 * Boot processor only: an id is there that only its widest mode reaches. ERR_UNSUPPORTED: it has no
 * such mode.
 */
enum err arch_ipi_widen(void);
/* AP: enable its own part of it in the boot processor's mode. */
void arch_ipi_init_ap(void);
/* What it is, for people. */
const char *arch_ipi_name(void);

/*
 * The calling processor's id: its interrupt controller's own, which is the one that messages go by.
 * After arch_ipi_init.
 */
uint64_t arch_hw_id(void);
/*
 * The same by another source that ought to agree and, where ids were given out anew, does not
 * always; arch_hw_id's where there is none. CPUID here.
 */
uint64_t arch_hw_id_claimed(void);

/*
 * ERR_TIMEOUT: the message was not accepted. ERR_INVALID: an id that cannot be addressed, or, for
 * arch_reset, the boot processor's.
 */
enum err arch_notify(uint64_t hw_id); /* the interrupt above */
enum err arch_stop(uint64_t hw_id);   /* one that cannot be held off: arch_fault.is_stop there */
enum err arch_reset(uint64_t hw_id);  /* back to where a processor waits to be started */
/* Does this processor need a delay between arch_reset and its start? */
bool arch_reset_needs_delay(void);

/* --- serial port ------------------------------------------------------------------------------ */

/* The first serial port, if there is one. ERR_NOT_FOUND. */
enum err arch_serial_init(void);
/* A log sink; every character waits a bounded time. */
void arch_serial_write(void *ctx, const char *text, size_t len);
