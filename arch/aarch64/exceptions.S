/* SPDX-License-Identifier: MIT */
/*
 * Sixteen entries, four kinds of exception from each of four states. Each pushes the registers as
 * struct frame of exceptions.c on the exceptions' stack and calls exception(). Below them the calls
 * that may fault: each notes in the processor's block where a fault goes on, so that exception()
 * can send it there.
 */
#include "arch/aarch64/offsets.h"

	.section .text, "ax"

/*
 * The entry of one kind. From SP_EL1 (4 to 7) the stack may be the very thing that is exhausted: a
 * frame below its end goes to a stack for that case alone, and what was there is not returned to.
 */
	.macro	entry kind
	.balign	128
	.if	\kind >= 4 && \kind < 8
	msr	tpidr_el0, x0
	msr	tpidrro_el0, x1
	mrs	x0, tpidr_el1
	ldr	x0, [x0, #CPU_FAULT_BOTTOM]
	mov	x1, sp
	sub	x1, x1, #FRAME_SIZE
	cmp	x1, x0
	b.hs	1f
	adrp	x1, last_stack_end
	add	x1, x1, :lo12:last_stack_end
	mov	sp, x1
1:	mrs	x0, tpidr_el0
	mrs	x1, tpidrro_el0
	.endif
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
	mov	x0, #\kind
	b	all_kinds
	.endm

	.balign	2048
	.global exception_vectors
exception_vectors:
	.irp	kind, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	entry	\kind
	.endr

	.balign	128
all_kinds:
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
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
	mrs	x1, sp_el0
	add	x2, sp, #FRAME_SIZE
	cmp	x0, #4
	csel	x1, x1, x2, lo
	mrs	x2, elr_el1
	stp	x1, x2, [sp, #FRAME_SP]
	mrs	x1, spsr_el1
	mrs	x2, esr_el1
	stp	x1, x2, [sp, #FRAME_PSTATE]
	mrs	x1, far_el1
	stp	x1, x0, [sp, #FRAME_FAR]
	mov	x29, #0
	mov	x0, sp
	bl	exception
	ldr	x1, [sp, #FRAME_PC]
	ldr	x2, [sp, #FRAME_PSTATE]
	msr	elr_el1, x1
	msr	spsr_el1, x2
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
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME_SIZE
	eret

/* Note in the block where a fault goes on, with today's SP; clobbers x9 and x10. */
	.macro	may_fault label
	mrs	x9, tpidr_el1
	mov	x10, sp
	str	x10, [x9, #CPU_RECOVER_SP]
	adr	x10, \label
	str	x10, [x9, #CPU_RECOVER_PC]
	.endm

	.macro	no_fault
	mrs	x9, tpidr_el1
	str	xzr, [x9, #CPU_RECOVER_PC]
	.endm

/*
 * int smc_safe(uint64_t x[4]), int hvc_safe(uint64_t x[4]): 0, or 1 after a fault. SMCCC: X0 to X3 go
 * in and come out, X4 to X17 may be lost.
 */
	.macro	call_safe name, instruction
	.global \name
\name:
	stp	x19, x30, [sp, #-16]!
	mov	x19, x0
	may_fault faulted
	ldp	x0, x1, [x19]
	ldp	x2, x3, [x19, #16]
	\instruction #0
	stp	x0, x1, [x19]
	stp	x2, x3, [x19, #16]
	no_fault
	mov	w0, #0
	ldp	x19, x30, [sp], #16
	ret
	.endm

	call_safe smc_safe, smc
	call_safe hvc_safe, hvc

/* X2 to X17 from or to the array at X19. */
	.macro	all_pairs instruction
	\instruction	x2, x3, [x19, #16]
	\instruction	x4, x5, [x19, #32]
	\instruction	x6, x7, [x19, #48]
	\instruction	x8, x9, [x19, #64]
	\instruction	x10, x11, [x19, #80]
	\instruction	x12, x13, [x19, #96]
	\instruction	x14, x15, [x19, #112]
	\instruction	x16, x17, [x19, #128]
	.endm

/* int hvc_0_safe(uint64_t x[18]), int hvc_1_safe(uint64_t x[18]): the same with X0 to X17. */
	.macro	hvc_all_safe name, immediate
	.global \name
\name:
	stp	x19, x30, [sp, #-16]!
	mov	x19, x0
	may_fault faulted
	all_pairs ldp
	ldp	x0, x1, [x19]
	dsb	ish
	hvc	#\immediate
	stp	x0, x1, [x19]
	all_pairs stp
	no_fault
	mov	w0, #0
	ldp	x19, x30, [sp], #16
	ret
	.endm

	hvc_all_safe hvc_0_safe, 0
	hvc_all_safe hvc_1_safe, 1

faulted:				/* exception() has cleared CPU_RECOVER_PC */
	mrs	x9, tpidr_el1
	ldr	x10, [x9, #CPU_RECOVER_SP]
	mov	sp, x10
	mov	w0, #1
	ldp	x19, x30, [sp], #16
	ret

/*
 * int semihosting_safe(uint64_t operation, const void *block): 1 after a fault, else what the
 * debugger answers. Arm semihosting: HLT 0xF000.
 */
	.global semihosting_safe
semihosting_safe:
	stp	x19, x30, [sp, #-16]!
	may_fault faulted
	hlt	#0xf000
	no_fault
	ldp	x19, x30, [sp], #16
	ret

/* int read32_safe(uint64_t address, uint32_t *value): 0, or 1 after a fault */
	.global read32_safe
read32_safe:
	stp	x19, x30, [sp, #-16]!
	may_fault faulted
	ldr	w2, [x0]
	str	w2, [x1]
	dsb	sy
	no_fault
	mov	w0, #0
	ldp	x19, x30, [sp], #16
	ret

	.section .bss, "aw", %nobits
	.balign	16
	.skip	4096
last_stack_end:

	.section .note.GNU-stack, "", %progbits
