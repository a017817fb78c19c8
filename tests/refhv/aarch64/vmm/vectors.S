/* SPDX-License-Identifier: MIT */
/*
 * EL2's vectors. From the guest (a lower level, AArch64): an exit, after which the guest goes on with
 * its registers as exit_from_guest() left them. Anything else is an error of the hypervisor.
 */
	.section .text, "ax"

	.macro	other kind
	.balign	128
	mov	x0, #\kind
	b	host_exception
	.endm

	.balign	2048
	.global el2_vectors
	.hidden el2_vectors
el2_vectors:
	.irp	kind, 0, 1, 2, 3, 4, 5, 6, 7
	other	\kind
	.endr
	.balign	128
	sub	sp, sp, #256
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	b	from_guest
	.irp	kind, 9, 10, 11, 12, 13, 14, 15
	other	\kind
	.endr

	.balign	128
from_guest:
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	str	x30, [sp, #240]
	mov	x0, sp
	mov	x29, #0
	bl	exit_from_guest

/* SP: a struct frame. */
	.global el2_to_guest
	.hidden el2_to_guest
el2_to_guest:
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x20, x21, [sp, #160]
	ldp	x22, x23, [sp, #176]
	ldp	x24, x25, [sp, #192]
	ldp	x26, x27, [sp, #208]
	ldp	x28, x29, [sp, #224]
	ldr	x30, [sp, #240]
	ldp	x0, x1, [sp], #256
	eret

	.section .note.GNU-stack, "", %progbits
