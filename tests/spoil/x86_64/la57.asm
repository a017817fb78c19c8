; SPDX-License-Identifier: MIT
;
; CR4.LA57 can be changed with paging off alone, and paging off ends 64-bit mode: out to 32 bits,
; and back. The part between lies in a page below 4 GiB, on its own descriptor table.

default rel

SEL_CODE32 equ 0x08
SEL_CODE64 equ 0x10
SEL_DATA   equ 0x18
CR0_PG     equ 1 << 31
CR4_LA57   equ 1 << 12

section .text

; void la57_enable(uint64_t root, uint8_t *code)
;                  rdi            rsi: the copy of la57_code
global la57_enable
la57_enable:
	push	rbx
	push	rbp
	pushfq
	cli
	mov	eax, cs
	push	rax			; the firmware's code segment
	sub	rsp, 16
	sgdt	[rsp]
	mov	[rsi + kept_rsp - la57_code], rsp
	mov	ebx, ds			; data segments keep what they have, but SS
	lea	rax, [rsi + gdt - la57_code]
	mov	[rsi + gdtr + 2 - la57_code], rax
	lgdt	[rsi + gdtr - la57_code]
	lea	rax, [.back]
	mov	[rsi + back - la57_code], rax
	lea	rax, [rsi + wide - la57_code]
	mov	[rsi + far_long - la57_code], eax
	push	SEL_CODE32
	lea	rax, [rsi + narrow - la57_code]
	push	rax
	retfq

.back:
	lgdt	[rsp]
	add	rsp, 16
	lea	rax, [.home]
	push	rax
	retfq				; the firmware's code segment lies above it
.home:
	mov	ds, ebx
	mov	es, ebx
	mov	ss, ebx
	popfq
	pop	rbp
	pop	rbx
	ret

global la57_code, la57_code_end
align 8
la57_code:
bits 32
narrow:					; edi: root, esi: this page
	mov	eax, SEL_DATA
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	mov	eax, cr0
	and	eax, ~CR0_PG
	mov	cr0, eax
	mov	eax, cr4
	or	eax, CR4_LA57
	mov	cr4, eax
	mov	cr3, edi
	mov	eax, cr0
	or	eax, CR0_PG
	mov	cr0, eax
	jmp	far [esi + far_long - la57_code]
bits 64
wide:
	mov	rsp, [kept_rsp]
	jmp	[back]
align 8
gdt:
	dq	0, 0x00CF9B000000FFFF, 0x00AF9B000000FFFF, 0x00CF93000000FFFF
gdtr:
	dw	gdtr - gdt - 1
	dq	0
align 8
far_long:
	dd	0
	dw	SEL_CODE64
align 8
back:
	dq	0
kept_rsp:
	dq	0
la57_code_end:

section .note.GNU-stack noalloc noexec nowrite progbits
