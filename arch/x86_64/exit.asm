; SPDX-License-Identifier: MIT
;
; Leaving: a call on the firmware's page tables, from which an exception comes back as well.

bits 64
default rel

%include "offsets.inc"

section .text

; int call_on_tables(uint64_t cr3, uint64_t stack, void (*fn)(void *), void *arg)
;                    rdi           rsi             rdx                 rcx
; 0, or 1 after a fault.
; What must be found again lies on the stack that both tables map: an exception leaves no register.
global call_on_tables
call_on_tables:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
	mov	rbp, rsp
	mov	rax, cr3
	mov	cr3, rdi
	mov	rsp, rsi
	push	rax			; our tables
	push	rbp			; our stack
	lea	rax, [.faulted]
	mov	[gs:CPU_RECOVER_RSP], rsp
	mov	[gs:CPU_RECOVER_RIP], rax
	mov	rdi, rcx
	call	rdx
	mov	qword [gs:CPU_RECOVER_RIP], 0
	xor	eax, eax
	jmp	.back
.faulted:				; exception() has cleared CPU_RECOVER_RIP and restored RSP
	mov	eax, 1
.back:
	cli
	cld
	pop	rdx
	pop	rcx
	mov	cr3, rcx
	mov	rsp, rdx
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	ret

section .note.GNU-stack noalloc noexec nowrite progbits
