/* SPDX-License-Identifier: MIT */
/*
 * Where processors enter. block_enter moves the boot processor onto its own block; ap_entry is the
 * first instruction of an AP that the hypervisor starts with its registers given; psci_entry that of
 * one that comes by PSCI CPU_ON, without translation or caches, and has X0 only.
 *
 * Contract with block.c for ap_entry: SP_EL1 is the block's, and the word there is the address of
 * the block. The block is not taken from X18, because X18 is one of the things still to be proved.
 */
#include "arch/aarch64/offsets.h"

	.section .text, "ax"

/* void block_enter(struct arch_cpu *cpu, fn, arg) */
	.global block_enter
block_enter:
	msr	spsel, #1
	ldr	x3, [x0, #WANTED_SP]
	mov	sp, x3
	msr	tpidr_el1, x0
	msr	spsel, #0
	ldr	x3, [x0, #CPU_MAIN_SP]
	mov	sp, x3
	isb
	mov	x0, x2
	mov	x29, #0				/* where a backtrace ends */
	mov	x30, #0
	br	x1

	.global psci_entry
psci_entry:
	mrs	x1, cntvct_el0
	msr	daifset, #DAIF_ALL
	ldr	x2, [x0, #WANTED_MAIR]
	ldr	x3, [x0, #WANTED_TCR]
	ldr	x4, [x0, #WANTED_TTBR0]
	ldr	x5, [x0, #WANTED_TTBR1]
	ldr	x6, [x0, #WANTED_VBAR]
	ldr	x7, [x0, #WANTED_SCTLR]
	ldr	x8, [x0, #WANTED_SP]
	msr	mair_el1, x2
	msr	tcr_el1, x3
	msr	ttbr0_el1, x4
	msr	ttbr1_el1, x5
	msr	vbar_el1, x6
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el1, x7
	isb
	msr	spsel, #1
	mov	sp, x8
	mov	x18, x0
	b	enter_block

	.global ap_entry
ap_entry:
	mrs	x1, cntvct_el0
	ldr	x0, [sp]

/* x0 = the block, x1 = the counter at the processor's first instruction */
enter_block:
	add	x2, x0, #CPU_ENTERED
	mov	w3, #1
1:	ldaxr	w4, [x2]
	stlxr	w5, w3, [x2]
	cbnz	w5, 1b
	cbnz	w4, 2f				/* this stack is in use already */
	mov	x2, sp
	str	x2, [x0, #CPU_FOUND_SP]
	str	x18, [x0, #CPU_FOUND_X18]
	mrs	x2, CurrentEL
	str	x2, [x0, #CPU_FOUND_LEVEL]
	mrs	x2, spsel
	str	x2, [x0, #CPU_FOUND_SPSEL]
	str	x1, [x0, #CPU_FIRST]
	msr	daifset, #DAIF_ALL
	msr	tpidr_el1, x0
	isb
	msr	spsel, #0
	ldr	x2, [x0, #CPU_MAIN_SP]
	mov	sp, x2
	ldr	x1, [x0, #CPU_ENTRY]
	ldr	x0, [x0, #CPU_OWNER]
	mov	x29, #0				/* where a backtrace ends */
	mov	x30, #0
	br	x1
2:	add	x2, x0, #CPU_STRAYS
3:	ldxr	w3, [x2]
	add	w3, w3, #1
	stxr	w4, w3, [x2]
	cbnz	w4, 3b
4:	msr	daifset, #DAIF_ALL
	wfi
	b	4b

	.section .note.GNU-stack, "", %progbits
