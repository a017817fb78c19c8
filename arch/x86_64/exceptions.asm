; SPDX-License-Identifier: MIT
;
; One stub a vector: push the error code the processor did not push, the vector and the registers
; as struct frame of exceptions.c, and call exception(). Below them the accesses that may fault:
; each notes in the processor's block where a fault goes on, so that exception() can send it there.

bits 64
default rel

%include "offsets.inc"

section .text

extern exception

; Vectors whose error code the processor pushes itself (SDM table 6-1).
%define HAS_ERROR(v) ((v) = 8 || ((v) >= 10 && (v) <= 14) || (v) = 17 || (v) = 21 || \
	(v) = 29 || (v) = 30)

align 16
%assign vector 0
%rep 256
stub %+ vector:
	%if HAS_ERROR(vector) == 0
	push	0
	%endif
	push	vector
	jmp	all_vectors
%assign vector vector + 1
%endrep

all_vectors:
	push	rax
	push	rcx
	push	rdx
	push	rbx
	push	rbp
	push	rsi
	push	rdi
	push	r8
	push	r9
	push	r10
	push	r11
	push	r12
	push	r13
	push	r14
	push	r15
	cld
	mov	rdi, rsp
	mov	rbp, rsp
	and	rsp, -16
	call	exception
	mov	rsp, rbp
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rdi
	pop	rsi
	pop	rbp
	pop	rbx
	pop	rdx
	pop	rcx
	pop	rax
	add	rsp, 16
	iretq

; Note in the block where a fault goes on: at %%fault with today's RSP. Clobbers rax.
%macro MAY_FAULT 1
	lea	rax, [%1]
	mov	[gs:CPU_RECOVER_RSP], rsp
	mov	[gs:CPU_RECOVER_RIP], rax
%endmacro

%macro NO_FAULT 0
	mov	qword [gs:CPU_RECOVER_RIP], 0
%endmacro

; int msr_read_safe(uint32_t msr, uint64_t *value): 0, or 1 after a fault
global msr_read_safe
msr_read_safe:
	MAY_FAULT faulted
	mov	ecx, edi
	rdmsr
	mov	[rsi], eax
	mov	[rsi + 4], edx
	NO_FAULT
	xor	eax, eax
	ret

; int msr_write_safe(uint32_t msr, uint64_t value): 0, or 1 after a fault
global msr_write_safe
msr_write_safe:
	MAY_FAULT faulted
	mov	ecx, edi
	mov	eax, esi
	mov	rdx, rsi
	shr	rdx, 32
	wrmsr
	NO_FAULT
	xor	eax, eax
	ret

; int hypercall_safe(page, control, input, output, uint64_t *result): 0, or 1 after a fault
;                    rdi   rsi      rdx    rcx     r8
; TLFS, hypercall interface: RCX control, RDX input GPA, R8 output GPA, result in RAX, which goes in
; as *result has it. The caller's ABI saves what Linux counts as clobbered (rcx, rdx, r8-r11); the
; rest the hypervisor preserves.
global hypercall_safe
hypercall_safe:
	push	rbx
	mov	rbx, r8
	MAY_FAULT hypercall_faulted
	mov	r8, rcx
	mov	rcx, rsi
	mov	rax, [rbx]
	call	rdi
	NO_FAULT
	mov	[rbx], rax
	xor	eax, eax
	pop	rbx
	ret

hypercall_faulted:
	pop	rbx
faulted:				; exception() has cleared CPU_RECOVER_RIP and restored RSP
	mov	eax, 1
	ret

section .data.rel.ro progbits alloc noexec write align=8

global exception_stubs
exception_stubs:
%assign vector 0
%rep 256
	dq	stub %+ vector
%assign vector vector + 1
%endrep

section .note.GNU-stack noalloc noexec nowrite progbits
