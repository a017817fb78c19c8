/* SPDX-License-Identifier: MIT */
/*
 * The first instruction of every EFI image in this tree. The firmware may load an image anywhere,
 * and the image is an ELF shared object inside: before any C runs, each pointer it holds in its
 * data is given the address the image has now. tests/tools/image/pe.py refuses an image in which
 * the table holds another kind of relocation.
 *
 * In and out: the same calling convention (AAPCS64), efi_main(image handle, system table).
 */

/* Elf64_Rela */
#define RELA_OFFSET 0
#define RELA_ADDEND 16
#define RELA_SIZE   24

	.section .text, "ax"
	.global _start
_start:
	stp	x29, x30, [sp, #-16]!
	mov	x29, sp
	adrp	x2, _image
	add	x2, x2, :lo12:_image
	adrp	x3, __rela_start
	add	x3, x3, :lo12:__rela_start
	adrp	x4, __rela_end
	add	x4, x4, :lo12:__rela_end
	b	2f
1:	ldr	x5, [x3, #RELA_OFFSET]		/* R_AARCH64_RELATIVE: base + addend */
	ldr	x6, [x3, #RELA_ADDEND]
	add	x6, x6, x2
	str	x6, [x2, x5]
	add	x3, x3, #RELA_SIZE
2:	cmp	x3, x4
	b.lo	1b
	bl	efi_main
	ldp	x29, x30, [sp], #16
	ret

/*
 * Firmware refuses to move an image without base relocations, and may want its preferred address
 * for something else. This is a block of two that change nothing (IMAGE_REL_BASED_ABSOLUTE).
 */
	.section .reloc, "a"
	.balign	4
	.long	0				/* page */
	.long	4f - 3f + 8			/* size of the block with these two words */
3:	.short	0, 0
4:
