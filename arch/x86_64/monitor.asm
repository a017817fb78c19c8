; SPDX-License-Identifier: MIT
;
; A higher trust level that watches the lower one: the way back with the lower one's registers, and
; what it holds when the higher one is entered again. And what the lower one is watched at: a store
; to a word of code.

bits 64
default rel

%include "offsets.inc"

section .text

; int vtl_serve_safe(struct arch_shared *shared, uint64_t code, uint64_t fast)
;                    rdi                         rsi            rdx
; 0, or 1 after a fault.
; The stack is the higher level's own, so it is all that is left to go by behind the call.
global vtl_serve_safe
vtl_serve_safe:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	push	rdi
	push	rsi
	lea	rax, [.faulted]
	mov	[gs:CPU_RECOVER_RSP], rsp
	mov	[gs:CPU_RECOVER_RIP], rax
	mov	rax, rdi
	mov	rcx, rdx
	mov	rdx, [rax + SHARED_RDX]
	mov	rbx, [rax + SHARED_RBX]
	mov	rbp, [rax + SHARED_RBP]
	mov	rsi, [rax + SHARED_RSI]
	mov	rdi, [rax + SHARED_RDI]
	mov	r8, [rax + SHARED_R8]
	mov	r9, [rax + SHARED_R9]
	mov	r10, [rax + SHARED_R10]
	mov	r11, [rax + SHARED_R11]
	mov	r12, [rax + SHARED_R12]
	mov	r13, [rax + SHARED_R13]
	mov	r14, [rax + SHARED_R14]
	mov	r15, [rax + SHARED_R15]
	call	[rsp]
	push	rax
	mov	rax, [rsp + 16]
	mov	[rax + SHARED_RCX], rcx
	pop	rcx
	mov	[rax + SHARED_RAX], rcx
	mov	[rax + SHARED_RDX], rdx
	mov	[rax + SHARED_RBX], rbx
	mov	[rax + SHARED_RBP], rbp
	mov	[rax + SHARED_RSI], rsi
	mov	[rax + SHARED_RDI], rdi
	mov	[rax + SHARED_R8], r8
	mov	[rax + SHARED_R9], r9
	mov	[rax + SHARED_R10], r10
	mov	[rax + SHARED_R11], r11
	mov	[rax + SHARED_R12], r12
	mov	[rax + SHARED_R13], r13
	mov	[rax + SHARED_R14], r14
	mov	[rax + SHARED_R15], r15
	mov	qword [gs:CPU_RECOVER_RIP], 0
	xor	eax, eax
	jmp	.back
.faulted:				; exception() has cleared CPU_RECOVER_RIP and restored RSP
	mov	eax, 1
.back:
	add	rsp, 16
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret

; int target_write_safe(const uint32_t *target, uint32_t value): 0, or 1 after a fault
;                       rdi                     esi
; The page tables forbid it; without CR0.WP they do not count for the kernel. RCX outlasts a fault.
global target_write_safe
target_write_safe:
	mov	rcx, cr0
	lea	rax, [target_writer.faulted]
	mov	[gs:CPU_RECOVER_RSP], rsp
	mov	[gs:CPU_RECOVER_RIP], rax
	mov	rax, rcx
	and	rax, ~CR0_WP_BIT
	mov	cr0, rax
global target_writer
target_writer:
	mov	[rdi], esi
	mov	cr0, rcx
	mov	qword [gs:CPU_RECOVER_RIP], 0
	xor	eax, eax
	ret
.faulted:
	mov	cr0, rcx
	mov	eax, 1
	ret

align 64
global arch_targets
arch_targets:
	times 64 dd 0xCCCCCCCC		; INT3: nobody comes here

section .note.GNU-stack noalloc noexec nowrite progbits
