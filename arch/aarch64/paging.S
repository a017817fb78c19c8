/* SPDX-License-Identifier: MIT */
/*
 * From one translation to another. The two may differ in size and attributes, so translation is off
 * between them, and nothing but registers is touched meanwhile. Code and block are where they are
 * in both.
 */
#include "arch/aarch64/offsets.h"

#define SCTLR_M_BIT 1

	.section .text, "ax"

/* x0 to x4: MAIR, TCR, TTBR0, TTBR1, SCTLR; clobbers x5 */
	.macro	switch_translation
	dsb	sy
	mrs	x5, sctlr_el1
	bic	x5, x5, #SCTLR_M_BIT
	msr	sctlr_el1, x5
	isb
	msr	mair_el1, x0
	msr	tcr_el1, x1
	msr	ttbr0_el1, x2
	msr	ttbr1_el1, x3
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	msr	sctlr_el1, x4
	isb
	.endm

/* void paging_switch(mair, tcr, ttbr0, ttbr1, sctlr) */
	.global paging_switch
paging_switch:
	switch_translation
	ret

/*
 * int call_on_tables(const struct registers *, uint64_t stack, fn, arg): 0, or 1 after a fault.
 * registers: SCTLR, MAIR, TCR, TTBR0, TTBR1 of the firmware; ours are kept on its stack, which both
 * translations map. It serves exceptions as well meanwhile: the other one is not mapped.
 */
	.global call_on_tables
call_on_tables:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mov	x6, sp
	mrs	x7, spsel
	mrs	x8, daif
	mov	x9, x2				/* fn */
	mov	x10, x3				/* arg */
	mov	x11, x1				/* its stack */
	mrs	x12, mair_el1
	mrs	x13, tcr_el1
	mrs	x14, ttbr0_el1
	mrs	x15, ttbr1_el1
	mrs	x16, sctlr_el1
	ldr	x4, [x0]
	ldp	x2, x3, [x0, #24]
	ldp	x0, x1, [x0, #8]
	msr	daifset, #DAIF_ALL
	msr	spsel, #1
	mov	x17, sp				/* ours of exceptions */
	switch_translation
	mov	sp, x11
	stp	x12, x13, [sp, #-80]!
	stp	x14, x15, [sp, #16]
	stp	x16, x17, [sp, #32]
	stp	x6, x7, [sp, #48]
	str	x8, [sp, #64]
	mrs	x2, tpidr_el1
	mov	x3, sp
	str	x3, [x2, #CPU_RECOVER_SP]
	adr	x3, 1f
	str	x3, [x2, #CPU_RECOVER_PC]
	mov	x0, x10
	mov	x29, #0
	blr	x9
	mrs	x2, tpidr_el1
	str	xzr, [x2, #CPU_RECOVER_PC]
	mov	w9, #0
	b	2f
1:	mrs	x2, tpidr_el1			/* exception() has cleared CPU_RECOVER_PC */
	ldr	x3, [x2, #CPU_RECOVER_SP]
	mov	sp, x3
	mov	w9, #1
2:	msr	daifset, #DAIF_ALL
	ldp	x6, x7, [sp, #48]
	ldr	x8, [sp, #64]
	ldp	x4, x17, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp]
	switch_translation
	mov	sp, x17
	msr	spsel, x7
	mov	sp, x6
	msr	daif, x8
	mov	w0, w9
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret

	.section .note.GNU-stack, "", %progbits
