/* SPDX-License-Identifier: MIT */
/*
 * A processor comes to EL2, on the hypervisor's own stack and tables: the boot processor out of the
 * loader, the others by PSCI, without translation or caches.
 */
#include "tests/refhv/aarch64/el2.inc"

	.section .text, "ax"

/* x0: struct guest_entry, in the loader's memory; x1: the boot processor's struct vp. */
	.global el2_from_loader
	.hidden el2_from_loader
el2_from_loader:
	ldr	x2, [x1]
	mov	sp, x2
	sub	sp, sp, #256
	mov	x2, sp
	mov	x29, #0
	bl	arrive_from_loader
	b	el2_to_guest

/* x0: the struct vp */
	.global el2_from_psci
	.hidden el2_from_psci
el2_from_psci:
	msr	daifset, #0xf
	msr	spsel, #1
	adrp	x1, host_registers
	add	x1, x1, :lo12:host_registers
	ldp	x2, x3, [x1]
	ldr	x4, [x1, #16]
	set_translation x2, x3, x4, x5
	ldr	x1, [x0]
	mov	sp, x1
	sub	sp, sp, #256
	mov	x1, sp
	mov	x29, #0
	bl	arrive_started
	b	el2_to_guest

/* int64_t cpu_smc(uint64_t x0, uint64_t x1, uint64_t x2, uint64_t x3) */
	.global cpu_smc
	.hidden cpu_smc
cpu_smc:
	smc	#0
	ret

	.section .note.GNU-stack, "", %progbits
