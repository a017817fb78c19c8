; SPDX-License-Identifier: MIT
;
; There and back: a call that ends in the middle of something else, on other tables and another
; stack.

bits 64
default rel

section .text

; uint64_t way_back_call(uint64_t *rsp, void (*fn)(void *), void *arg)
;                        rdi            rsi                 rdx
; Comes back by way_back_jump alone, with RFLAGS as they were.
global way_back_call
way_back_call:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
	pushfq
	mov	[rdi], rsp
	mov	rdi, rdx
	call	rsi
	ud2

; void way_back_jump(uint64_t rsp, uint64_t cr3)
;                    rdi           rsi
global way_back_jump
way_back_jump:
	cli
	mov	rsp, rdi		; mapped by both
	mov	cr3, rsi
	pop	rax
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	ret

; void way_back_segments(const uint16_t *selectors)
;                        rdi: cs, ds, es, ss, fs, gs
global way_back_segments
way_back_segments:
	movzx	eax, word [rdi]
	push	rax
	lea	rax, [.reload]
	push	rax
	retfq
.reload:
	mov	ds, [rdi + 2]
	mov	es, [rdi + 4]
	mov	ss, [rdi + 6]
	mov	fs, [rdi + 8]
	mov	gs, [rdi + 10]
	ret

section .note.GNU-stack noalloc noexec nowrite progbits
