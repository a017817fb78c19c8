; SPDX-License-Identifier: MIT
;
; The first instruction of every EFI image in this tree. The firmware may load an image anywhere,
; and the image is an ELF shared object inside: before any C runs, each pointer it holds in its data
; is given the address the image has now. tests/tools/image/pe.py refuses an image in which the table holds
; another kind of relocation.
;
; In:  Microsoft's calling convention, EFI_STATUS (EFIAPI *)(EFI_HANDLE, EFI_SYSTEM_TABLE *)
; Out: System V's, efi_main(image, system table). RSI and RDI, which that one may spoil, are the
;      firmware's; so would XMM6 to XMM15 be, but C here is compiled for general registers only.

bits 64
default rel

extern _image, __rela_start, __rela_end ; linker.ld
extern efi_main

struc rela ; Elf64_Rela
.offset:	resq 1
.info:		resq 1
.addend:	resq 1
endstruc

section .text

global _start
_start:
	push	rsi
	push	rdi
	sub	rsp, 8 ; to 16 n again, for a call
	mov	rdi, rcx
	mov	rsi, rdx
	lea	rax, [_image]
	lea	rcx, [__rela_start]
	lea	rdx, [__rela_end]
	jmp	.more
.relocate: ; R_X86_64_RELATIVE: base + addend
	mov	r8, [rcx + rela.offset]
	mov	r9, [rcx + rela.addend]
	add	r9, rax
	mov	[rax + r8], r9
	add	rcx, rela_size
.more:
	cmp	rcx, rdx
	jb	.relocate
	call	efi_main
	add	rsp, 8
	pop	rdi
	pop	rsi
	ret

; Firmware refuses to move an image without base relocations, and may want its preferred address
; for something else. This is a block of two that change nothing (IMAGE_REL_BASED_ABSOLUTE).
section .reloc progbits alloc noexec nowrite align=4
	dd	0 ; page
	dd	.end - .block + 8 ; size of the block with these two words
.block:
	dw	0, 0
.end:
