/* SPDX-License-Identifier: MIT */
/*
 * What only x86-64 can have, for the x86_64 folders of the rooms above; everything else includes
 * arch.h.
 */
#pragma once

#include "arch/arch.h"

/* --- processor state -------------------------------------------------------------------------- */

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
 * The state in which an AP is to start on this block, as of arch_cpu_init. Boot processor's control
 * registers.
 */
const struct arch_state *arch_cpu_wanted(const struct arch_cpu *cpu);

/*
 * The state the calling AP really has: rsp, rflags and gs.base as its first instructions found
 * them; of segments only the selectors, and the bases of FS and GS, can be read back.
 */
void arch_cpu_found(struct arch_state *out);

/* --- model-specific registers, CPUID, ports --------------------------------------------------- */

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
 * CALL into a hypercall page with RCX, RDX and R8 as given; *result is RAX, before it and after it.
 * ERR_FAULT if the instruction in the page raises an exception.
 */
enum err arch_hypercall(uint64_t page, uint64_t control, uint64_t input, uint64_t output,
			uint64_t *result);

uint8_t arch_port_read8(uint16_t port);
uint32_t arch_port_read32(uint16_t port);
void arch_port_write8(uint16_t port, uint8_t value);
void arch_port_write16(uint16_t port, uint16_t value);
void arch_port_write32(uint16_t port, uint32_t value);

/* --- the time stamp counter's rate ------------------------------------------------------------ */

/* By the monitor beneath, where it is KVM or VMware; 0 if none says it. */
uint64_t arch_ticks_hz_by_monitor(void);
/* The processor's nominal frequency, which the counter has to within a few percent; 0. */
uint64_t arch_ticks_hz_nominal(void);

/* --- local APIC ------------------------------------------------------------------------------- */

bool arch_apic_is_x2apic(void);
enum err arch_apic_send_startup(uint32_t apic_id, uint8_t vector);
/* To every processor of the machine but the caller, known to us or not. */
enum err arch_apic_send_init_all(void);
enum err arch_apic_send_startup_all(uint8_t vector);
/* Does this processor need the 10 ms between INIT and the first start-up IPI? By CPUID alone. */
bool arch_init_needs_delay(struct arch_cpuid (*cpuid)(uint32_t leaf, uint32_t subleaf));

/* --- a second set of tables, and a higher trust level ---------------------------------------- */

/* Page tables and exception vectors, with which a processor runs; where more tables come from. */
struct arch_tables {
	uint64_t root, vectors;
	struct pages *pages;
};

/*
 * Boot processor only. Which of them arch_map, arch_cpu_init and arch_cpu_want go by; no processor
 * is moved by that. *before, if not NULL: the ones until now.
 */
void arch_tables_use(const struct arch_tables *tables, struct arch_tables *before);
/*
 * Boot processor only. A copy of those in use, in memory of `pages`, where the copy's further
 * tables come from as well; arch_tables_size: how many pages that takes. ERR_NO_MEMORY.
 */
enum err arch_tables_copy(struct arch_tables *copy, struct pages *pages);
size_t arch_tables_size(void);

/*
 * Registers that each trust level of a processor has for itself, by number and name: control
 * registers, segment bases, descriptor tables, PAT, EFER, DR7.
 */
enum { ARCH_PRIVATE = 12 };
struct arch_private {
	uint64_t value[ARCH_PRIVATE];
};
void arch_private_read(struct arch_private *out);
const char *arch_private_name(unsigned int reg);
/*
 * In the higher level: other values in those that are the same in both otherwise and do no harm, so
 * that the lower one notices if they reach it.
 */
void arch_private_change(void);

/*
 * Go to the higher trust level by the hypervisor's code at `code`, and come back when it returns.
 * found: the private registers right after that, or NULL. ERR_FAULT: the code raises an exception.
 */
enum err arch_vtl_call(uint64_t code, struct arch_private *found);
/*
 * The way back, with nothing in the registers that both levels share. Goes on when the lower level
 * calls again.
 */
enum err arch_vtl_return(uint64_t code);

/* What the two levels share of general registers: in the higher one, the lower one's. */
struct arch_shared {
	uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15;
};
/*
 * The way back for one that watches the lower level: *shared goes with it, and is what it was when
 * the higher level has been entered again, whatever for. Fast: RAX and RCX are the call's;
 * otherwise the hypervisor has them from elsewhere. ERR_FAULT: the code raises an exception.
 */
enum err arch_vtl_serve(uint64_t code, bool fast, struct arch_shared *shared);

/* The block of the calling processor, in the level that it is in. */
struct arch_cpu *arch_cpu_here(void);

/* --- a write to code, for whoever wants to see it prevented ---------------------------------- */

/* Words among the code that nobody runs. */
enum { ARCH_TARGETS = 64 };
extern const uint32_t arch_targets[ARCH_TARGETS];
/* Store, in spite of the page tables. ERR_FAULT: it raises an exception. */
enum err arch_target_write(const uint32_t *target, uint32_t value);
/* The instruction that stores. */
uint64_t arch_target_writer(void);

/* --- in the middle of somebody else's call ---------------------------------------------------- */

/*
 * Boot processor, on the firmware's stack and tables. Call fn(arg), which ends with arch_way_back;
 * then every register that this room changes is as it was.
 */
void arch_with_way_back(void (*fn)(void *arg), void *arg);
_Noreturn void arch_way_back(void);

/* --- parked at an ACPI mailbox ---------------------------------------------------------------- */

/* Pages of a block, the mailbox first; where in it a processor is parked (again). */
enum { ARCH_PARKING_PAGES = 9, ARCH_PARKING_RESET_VECTOR = PAGE_SIZE };

/*
 * Boot processor, on its own tables, before any AP runs. Fill the block, which lies below 4 GiB and
 * stays for good; its code becomes executable here. ERR_NO_MEMORY; ERR_INVALID: another place.
 */
enum err arch_parking_prepare(uint64_t block);
/* AP: wait at the block's mailbox, standing on nothing else. */
_Noreturn void arch_parking_enter(uint64_t block);
/*
 * Boot processor: ask by the mailbox's test command whether this processor waits there; it has
 * answered when it has taken the command. One question at a time.
 */
void arch_parking_ask(uint64_t block, uint32_t apic_id);
bool arch_parking_has_answered(uint64_t block);
void arch_parking_give_up(uint64_t block); /* take the question back */

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
