; SPDX-License-Identifier: MIT
;
; Leaving: a call on the firmware's page tables, and the end by triple fault.

bits 64
default rel

section .text

; void call_on_tables(uint64_t cr3, uint64_t stack, void (*fn)(void *), void *arg)
;                     rdi           rsi             rdx                 rcx
global call_on_tables
call_on_tables:
	push	rbp
	push	rbx
	push	r12
	mov	rbp, rsp
	mov	rbx, cr3
	mov	r12, rsi
	mov	cr3, rdi
	mov	rsp, r12
	mov	rdi, rcx
	call	rdx
	mov	cr3, rbx		; fn came back: on our tables our stack is there again
	mov	rsp, rbp
	pop	r12
	pop	rbx
	pop	rbp
	ret

; _Noreturn void arch_end(void): no IDT, then an exception
global arch_end
arch_end:
	lidt	[no_idt]
	int3
.never:
	hlt
	jmp	.never

section .rodata

no_idt:
	dw	0
	dq	0

section .note.GNU-stack noalloc noexec nowrite progbits
