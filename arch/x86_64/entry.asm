; SPDX-License-Identifier: MIT
;
; Where processors enter. descriptor_enter moves the boot processor onto its own block;
; ap_entry_long is the first instruction of an AP started in 64-bit mode by the hypervisor, and
; ap_entry_common is where an AP that came by INIT-SIPI (sipi.asm) joins it.
;
; Contract with descriptor.c: RSP = the block's start_rsp (16 n - 8, as after a CALL) and the word
; there is the address of the block. The block is not taken from GS, because GS base is one of the
; things still to be proved.

bits 64
default rel

%include "offsets.inc"
%include "block.inc"

section .text

; void descriptor_enter(struct arch_cpu *cpu, const struct table_register *idt, fn, arg)
;                       rdi                   rsi                               rdx rcx
global descriptor_enter
descriptor_enter:
	mov	r8, rcx
	mov	r9, rdx
	lgdt	[rdi + CPU_GDTR]
	mov	rsp, [rdi + CPU_START_RSP]
	push	SEL_CODE
	lea	rax, [.reload]
	push	rax
	retfq
.reload:
	load_data_segments
	mov	eax, SEL_TSS
	ltr	ax
	lidt	[rsi]
	point_gs_at_block
	mov	qword [rsp], 0		; where a backtrace ends
	xor	ebp, ebp
	mov	rdi, r8
	jmp	r9

; void descriptor_early(struct arch_cpu *cpu, const struct table_register *idt)
;                       rdi                   rsi
global descriptor_early
descriptor_early:
	cli
	cld
	lgdt	[rdi + CPU_GDTR]
	load_data_segments
	point_gs_at_block
	lidt	[rsi]
	pop	rax
	push	SEL_CODE
	push	rax
	retfq

global ap_entry_long
ap_entry_long:
	rdtsc
	shl	rdx, 32
	or	rax, rdx

; rax = time stamp of the processor's first instruction
global ap_entry_common
ap_entry_common:
	mov	rdi, [rsp]
	mov	ecx, 1
	xchg	ecx, [rdi + CPU_ENTERED]
	test	ecx, ecx
	jnz	.stray			; this stack is in use already
	mov	[rdi + CPU_FOUND_RSP], rsp
	pushfq
	pop	qword [rdi + CPU_FOUND_RFLAGS]
	mov	[rdi + CPU_FIRST_TSC], rax
	cld
	mov	ecx, MSR_FS_BASE
	rdmsr
	mov	[rdi + CPU_FOUND_FS], eax
	mov	[rdi + CPU_FOUND_FS + 4], edx
	mov	ecx, MSR_GS_BASE
	rdmsr
	mov	[rdi + CPU_FOUND_GS], eax
	mov	[rdi + CPU_FOUND_GS + 4], edx
	mov	rax, rdi
	mov	rdx, rdi
	shr	rdx, 32
	wrmsr				; whatever was found, GS is right from here on
	push	0
	push	0			; where a backtrace ends
	xor	ebp, ebp
	mov	rax, [rdi + CPU_ENTRY]
	mov	rdi, [rdi + CPU_OWNER]
	jmp	rax
.stray:
	lock inc dword [rdi + CPU_STRAYS]
.park:
	cli
	hlt
	jmp	.park

section .note.GNU-stack noalloc noexec nowrite progbits
