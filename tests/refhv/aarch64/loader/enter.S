/* SPDX-License-Identifier: MIT */
/* The loader becomes a guest, and as one tells the hypervisor that the boot services are over. */
#include "tests/refhv/aarch64/el2.inc"

/* struct guest_entry (vmm/arrive.h) */
#define ENTRY_PC            0
#define ENTRY_SP            8
#define ENTRY_DAIF          16
#define ENTRY_HOST          24
#define ENTRY_HOST_FUNCTION 48
#define ENTRY_VP            56

	.section .text, "ax"

/*
 * void loader_drop(struct guest_entry *entry)
 * What C expects a function to keep waits on the stack, which the guest goes on using. With the MMU
 * off nothing is read from memory.
 */
	.global loader_drop
	.hidden loader_drop
loader_drop:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	adr	x1, guest
	str	x1, [x0, #ENTRY_PC]
	mov	x1, sp
	str	x1, [x0, #ENTRY_SP]
	mrs	x1, daif
	str	x1, [x0, #ENTRY_DAIF]
	msr	daifset, #0xf
	ldp	x2, x3, [x0, #ENTRY_HOST]
	ldr	x4, [x0, #ENTRY_HOST + 16]
	ldp	x6, x1, [x0, #ENTRY_HOST_FUNCTION]
	mov	x7, #SCTLR_EL2_OFF
	movk	x7, #SCTLR_EL2_TOP, lsl #16
	dsb	sy
	msr	sctlr_el2, x7
	isb
	set_translation x2, x3, x4, x5
	br	x6
guest:
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret
	.global loader_drop_end
	.hidden loader_drop_end
loader_drop_end:

/* void loader_notify(uint64_t status) */
	.global loader_notify
	.hidden loader_notify
	.global loader_notify_site
	.hidden loader_notify_site
loader_notify:
loader_notify_site:
	hvc	#2
	ret

	.section .note.GNU-stack, "", %progbits
