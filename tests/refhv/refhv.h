/* SPDX-License-Identifier: MIT */
/*
 * The hypervisor's whole state and the functions its files offer each other. The state is filled
 * by the loader (main.c, boot.c) and then copied with the image into memory that the guest cannot
 * reach (resident.c): from the first VMRUN on only the copy counts.
 */
#pragma once

#include "tests/refhv/cpu.h"
#include "tests/refhv/hypercall.h"
#include "tests/refhv/log.h"
#include "tests/refhv/partition.h"
#include "tests/refhv/vmcb.h"
#include "tests/refhv/x86.h"

#define RAM_RANGES_MAX 128

struct range {
	uint64_t start;
	uint64_t end; /* exclusive */
};

/* Four-level page tables that begin as an identity map of everything. */
struct page_tables {
	uint64_t *root;
};

struct refhv {
	struct partition partition;
	struct page_tables host;
	struct page_tables nested;
	struct range arena;      /* all of the hypervisor's memory but the trampoline page */
	struct range trampoline; /* the page below 1 MiB where its processors begin */
	uint32_t ram_count;
	struct range ram[RAM_RANGES_MAX];
	void *image; /* where the hypervisor stays: resident.c */
	char *log_ring;
	uint64_t log_ring_size;
	uint8_t *io_permissions;
	uint8_t *msr_permissions;
	uint8_t *hypercall_page;
	uint64_t foreign_page; /* where somebody else than the guest has the hypercall page */
	uint64_t tsc_hz;
	uint64_t tsc_at_start; /* the reference counter's zero */
	uint64_t notify_rip;   /* the loader's VMMCALL; 0 once it has been made with success */
	bool armed;            /* ExitBootServices is over: the processors are the hypervisor's */
};
extern struct refhv hv;

/* --- memory.c: the arena, guest RAM ----------------------------------------------------------- */

/* Take pages from the arena; they are not cleared. Loader only. */
void *memory_take(uint64_t pages);

/* Pages taken so far. */
uint64_t memory_taken(void);

/* Is [gpa, gpa + bytes) guest RAM all through? Then where; identity mapped, so `gpa` itself. */
void *memory_guest_ram(uint64_t gpa, uint64_t bytes);

/* Translate a guest linear address. False: not mapped, or a paging mode not supported here. */
bool memory_translate(const struct vmcb *vmcb, uint64_t linear, uint64_t *gpa);

/* Read instruction bytes at the guest's RIP; returns how many could be read. */
size_t memory_fetch(const struct vmcb *vmcb, uint8_t *code, size_t size);

/* --- paging.c --------------------------------------------------------------------------------- */

/* Pages of the pool that tables are taken from, for an arena of so many pages besides it. */
uint64_t paging_pool(uint64_t arena_pages);

/* Set up the pool and both identity maps. Loader only. */
void paging_init(uint64_t pool_pages);

/* How many tables there are now. */
uint64_t paging_tables(void);

/* Guest accesses to these pages leave the guest with a nested page fault. */
void paging_hide(struct range range);

/* Where there is neither RAM nor a device nobody has business (in steps of 1 GiB). */
void paging_drop_holes(void);

/* The guest reads the page at `gpa`, but writes to it fault. */
void paging_protect(uint64_t gpa);

/* The guest reads and executes `page` at `gpa`; NULL takes the overlay away again. */
void paging_overlay(uint64_t gpa, const void *page);

/* --- resident.c ------------------------------------------------------------------------------- */

/* Bytes of the image. */
uint64_t resident_image_size(void);

/* Copy the image with its state to `to`; returns where `function` lies in the copy. */
uint64_t resident_copy(void *to, const void *function);

/* --- vmcb.c: how a VP begins ------------------------------------------------------------------ */

struct entry;

void vmcb_init(struct vmcb *vmcb, uint32_t asid);
void vmcb_from_firmware(struct vmcb *vmcb, const struct entry *entry);
void vmcb_from_context(struct vmcb *vmcb, const struct hv_vp_context *context);
void vmcb_from_sipi(struct vmcb *vmcb, uint8_t vector);

/* --- vcpu.c: the run loop --------------------------------------------------------------------- */

/* Run `vp` for ever; its VMCB is ready. */
_Noreturn void vcpu_run(struct vp *vp);

/* For the exit handlers: the instruction at RIP is done; an exception instead; a broken rule. */
void vcpu_skip(struct vp *vp, uint64_t length);
void vcpu_inject(struct vp *vp, uint8_t vector);
void vcpu_inject_error(struct vp *vp, uint8_t vector, uint32_t error_code);
void vcpu_note(struct vp *vp, const char *what, uint64_t address); /* logs the violation */
_Noreturn void vcpu_violation(struct vp *vp, const char *what, uint64_t address);

/* VTL-specific state that is active on `vp`. */
static inline struct vp_vtl *vp_active(struct vp *vp)
{
	return &vp->vtl[vp->active_vtl];
}

/* --- exit handlers ---------------------------------------------------------------------------- */

void cpuid_exit(struct vp *vp);
struct cpuid cpuid_hypervisor_leaf(const struct vp *vp, uint32_t leaf);
struct cpuid cpuid_fault_leaf(const struct vp *vp, uint32_t leaf); /* as the guest gets it */
void cpuid_limits(struct cpu_limits *limits);

void io_init(void);
void io_exit(struct vp *vp);

void msr_init(void);
void msr_exit(struct vp *vp);
void msr_set_hypercall(struct partition_vtl *vtl, uint64_t value);

/* msr_fault.c: what the synthetic MSRs hold when the guest begins; what becomes of a write. */
enum msr_outcome { MSR_WRITE, MSR_DONE, MSR_FAULTS };
void msr_fault_begin(void);
bool msr_fault_may_write(struct vp *vp, uint32_t msr, uint64_t value);
enum msr_outcome msr_fault_write(const struct vp *vp, uint32_t msr, uint64_t *value);
uint64_t msr_fault_reference(uint64_t count);

/* gen2.c: ExitBootServices is over; is there nothing at `port`? (Notes if it was touched too often.) */
void gen2_take_over(void);
bool gen2_is_absent(struct vp *vp, uint16_t port);

/* crash.c */
bool crash_has_msr(uint32_t msr);
uint64_t crash_read(uint32_t msr);
void crash_write(struct vp *vp, uint32_t msr, uint64_t value);

/* cost.c: log what this run has cost. */
void cost_log(struct vp *vp);

void vmmcall_exit(struct vp *vp);

void apic_trap_exit(struct vp *vp, uint64_t gpa);

/* --- fault_log.c, vp_fault.c: faults that are not in a hypercall's answer ---------------------- */

void fault_log_strike(const struct fault *fault, uint32_t vp, uint32_t caller);

/* The fault that strikes with `effect`, on `vp` if it is one of VPs; or NULL. */
const struct fault *fault_on(enum fault_effect effect, const struct vp *vp);

/* A VP that has arrived to be started, before it begins. May not return. */
void vp_fault_arrive(struct vp *vp);

/* A VP whose VMCB is ready. */
void vp_fault_run(struct vp *vp);
void vp_fault_set_tsc(const struct vp *vp);

/* The BSP makes a call 0x99. */
void vp_fault_first_start(const struct vp *bsp);

/* Exits that only faults cause; false: not one of these. Then, after any exit: once more? */
bool vp_fault_exit(struct vp *vp);
void vp_fault_again(struct vp *vp);

/* Never back into the guest. */
_Noreturn void vp_fault_stay(struct vp *vp);

/* --- apic.c: the local APIC of the processor that calls --------------------------------------- */

#define APIC_PAGE     0xFEE00000UL
#define APIC_ICR_LOW  0x300U
#define APIC_ICR_HIGH 0x310U

/* Interrupt command register (APM 2, 16.5). */
#define ICR_VECTOR          0x000000FFU
#define ICR_MODE            0x00000700U
#define ICR_MODE_INIT       0x00000500U
#define ICR_MODE_STARTUP    0x00000600U
#define ICR_LOGICAL         0x00000800U
#define ICR_ASSERT          0x00004000U
#define ICR_LEVEL           0x00008000U
#define ICR_SHORTHAND       0x000C0000U
#define ICR_SELF            0x00040000U
#define ICR_ALL             0x00080000U
#define ICR_ALL_BUT_SELF    0x000C0000U
#define ICR_XAPIC_BROADCAST 0x000000FFU

bool apic_is_x2apic(void);
uint32_t apic_read(uint32_t reg);
void apic_write(uint32_t reg, uint32_t value);

/* Send an interrupt command and leave the guest's destination register as it was. */
void apic_send(uint32_t destination, uint32_t command);

/* --- ipi.c: INIT and SIPI as the guest sees them, and the way of a processor into a VP -------- */

/* The guest sends `command` to `destination`; anything but INIT and SIPI goes to the real APIC. */
void ipi_command(struct vp *sender, uint32_t destination, uint32_t command);

/*
 * Send a VP's processor to the trampoline, wherever it is. If the state is VP_STARTING, it will run
 * the VP, else it parks.
 */
void ipi_launch(const struct vp *vp);

/* A fixed interrupt to the VPs of this set; all of them run. */
void ipi_interrupt(const uint64_t *vps, uint8_t vector);

/*
 * ExitBootServices is over: from here on the other processors are the hypervisor's, brought from
 * wherever the firmware left them to wait-for-SIPI, and INIT and SIPI are looked at.
 */
void ipi_take_over(void);

/* A VP's processor is out of the guest, and on its way back in. */
void ipi_enter_host(struct vp *vp);
void ipi_leave_host(struct vp *vp);

/* Make the VMCB of a VP that begins as its start says. */
void ipi_begin(struct vp *vp);

/* Where a processor arrives from the trampoline, on its VP's stack. */
_Noreturn void ipi_arrive(struct vp *vp);

/* --- host.c ----------------------------------------------------------------------------------- */

/* Own GDT and IDT, SVM on. Every processor, on its own stack, before its first VMRUN. */
void host_enter(const struct vp *vp);

/* Where the loader's processor enters the copy (see loader_enter). */
_Noreturn void host_from_loader(const struct entry *entry);

/* --- vmrun.asm -------------------------------------------------------------------------------- */

/* The firmware's state as the guest begins with it; offsets are known to vmrun.asm. */
struct entry {
	uint64_t rip;
	uint64_t rsp;
	uint64_t rflags;
	uint64_t cr3;
	uint64_t host_cr3;
	uint64_t host_stack;
	uint64_t host_function;
};
_Static_assert(offsetof(struct entry, host_function) == 48, "vmrun.asm");

/* Enter the guest; returns at its next exit. */
void vmrun_enter(uint64_t *gpr, struct vmcb *vmcb);

/*
 * Become a guest: fills rip, rsp, rflags and cr3 of `entry`, goes to host_function(entry) on the
 * host's stack and page tables; the guest "returns" from here.
 */
void loader_enter(struct entry *entry);

/* VMMCALL from the loader, as a guest, with `status` for the hypervisor. */
void loader_notify(uint64_t status);
extern const uint8_t loader_notify_site[];

/* Load CS (0x08) and the data segments (0x10) of the current GDT. */
void host_load_segments(void);
extern const uint8_t host_exception_stubs[];
#define HOST_EXCEPTION_STUB_SIZE 16
_Noreturn void host_exception(uint64_t vector, uint64_t error_code, uint64_t rip);
