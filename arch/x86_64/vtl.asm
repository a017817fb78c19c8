; SPDX-License-Identifier: MIT
;
; To a higher trust level and back, by the hypervisor's code in its page: CALL, as for a hypercall,
; with RCX 0 to go and RCX 1 to return fast. All general registers but RSP are the same in both
; levels, so nothing in them outlasts the way; no status is told, a refusal is #UD.

bits 64
default rel

%include "offsets.inc"

section .text

%macro SAVE 0
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
%endmacro

%macro RESTORE 0
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
%endmacro

; int vtl_call_safe(uint64_t code, uint64_t *gs_base): 0, or 1 after a fault
;                   rdi            rsi
; Whoever's GS base is found behind the call, ours is put back before it is used.
global vtl_call_safe
vtl_call_safe:
	SAVE
	mov	ecx, MSR_GS_BASE
	rdmsr
	push	rdx
	push	rax
	push	rsi
	lea	rax, [.faulted]
	mov	[gs:CPU_RECOVER_RSP], rsp
	mov	[gs:CPU_RECOVER_RIP], rax
	xor	ecx, ecx
	call	rdi
	cld
	pop	rsi
	mov	ecx, MSR_GS_BASE
	rdmsr
	mov	[rsi], eax
	mov	[rsi + 4], edx
	pop	rax
	pop	rdx
	wrmsr
	mov	qword [gs:CPU_RECOVER_RIP], 0
	xor	eax, eax
	RESTORE
	ret
.faulted:				; exception() has cleared CPU_RECOVER_RIP and restored RSP
	add	rsp, 24
	mov	eax, 1
	RESTORE
	ret

; int vtl_return_safe(uint64_t code): 0, or 1 after a fault
;                     rdi
; The lower level finds zeroes, the code's address, and what that code makes of it.
global vtl_return_safe
vtl_return_safe:
	SAVE
	lea	rax, [.faulted]
	mov	[gs:CPU_RECOVER_RSP], rsp
	mov	[gs:CPU_RECOVER_RIP], rax
	mov	rax, rdi
	mov	ecx, 1
	xor	edx, edx
	xor	ebx, ebx
	xor	ebp, ebp
	xor	esi, esi
	xor	edi, edi
	xor	r8d, r8d
	xor	r9d, r9d
	xor	r10d, r10d
	xor	r11d, r11d
	xor	r12d, r12d
	xor	r13d, r13d
	xor	r14d, r14d
	xor	r15d, r15d
	call	rax
	cld
	mov	qword [gs:CPU_RECOVER_RIP], 0
	xor	eax, eax
	RESTORE
	ret
.faulted:
	mov	eax, 1
	RESTORE
	ret

section .note.GNU-stack noalloc noexec nowrite progbits
