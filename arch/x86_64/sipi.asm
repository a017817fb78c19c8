; SPDX-License-Identifier: MIT
;
; The way in by INIT-SIPI. sipi.c copies sipi_begin..sipi_end to a page below 1 MiB and fills the
; parameters; every AP enters at its first byte in real mode, all at once if need be. An AP goes to
; 64-bit mode in one step, finds its block by its APIC id in a hash table with linear probing, takes
; on the state that the hypervisor would have given it, and joins ap_entry_common.
; The page is only read: nothing here is written, so that any number of APs may be in it.

default rel

%include "offsets.inc"
%include "block.inc"

TEMP_CODE equ 0x08

section .rodata

global sipi_begin, sipi_end, sipi_parameters

bits 16
align 16
sipi_begin:
	cli
	cld
	rdtsc
	mov	esi, eax
	mov	edi, edx
	mov	ax, cs
	mov	ds, ax
	o32 lgdt [gdtr - sipi_begin]
	mov	eax, [sipi_parameters - sipi_begin + SIPI_CR4]
	mov	cr4, eax
	mov	eax, [sipi_parameters - sipi_begin + SIPI_CR3]
	mov	cr3, eax
	mov	ecx, MSR_EFER
	mov	eax, [sipi_parameters - sipi_begin + SIPI_EFER]
	xor	edx, edx
	wrmsr
	mov	eax, [sipi_parameters - sipi_begin + SIPI_CR0]
	mov	cr0, eax
	o32 jmp far [far_pointer - sipi_begin]

bits 64
long_mode:
	mov	r10, rdi
	shl	r10, 32
	or	r10, rsi		; time stamp of the first instruction
	lea	rbp, [sipi_parameters]
	mov	ecx, MSR_APIC_BASE	; INIT does not leave the x2APIC mode that firmware chose
	rdmsr
	or	eax, [rbp + SIPI_APIC_MODE]
	test	ah, APIC_BASE_EXTD >> 8
	jnz	.x2apic
	mov	rbx, [rbp + SIPI_REGISTERS]
	mov	eax, [rbx + XAPIC_ID]
	shr	eax, 24
.lookup:
	mov	r8, [rbp + SIPI_TABLE]
	mov	ecx, eax
.probe:
	and	ecx, [rbp + SIPI_MASK]
	mov	rdx, rcx
	shl	rdx, 4
	mov	rdi, [r8 + rdx]		; the table is never full: an empty place ends the search
	test	rdi, rdi
	jz	.unknown
	cmp	[r8 + rdx + 8], eax
	je	.found
	inc	ecx
	jmp	.probe
.stray:
	lock inc dword [rdi + CPU_STRAYS]
.unknown:
	cli
	hlt
	jmp	.unknown

.x2apic:
	wrmsr
	mov	ecx, MSR_X2APIC_ID
	rdmsr
	jmp	.lookup

.found:
	cmp	dword [rdi + CPU_ENTERED], 0
	jne	.stray			; leaves the stack alone; ap_entry_common decides for good
	lgdt	[rdi + CPU_GDTR]
	lidt	[rbp + SIPI_IDTR]
	mov	rsp, [rdi + CPU_START_RSP]
	load_data_segments
	mov	ecx, [rbp + SIPI_PAT_MSR]
	mov	eax, [rbp + SIPI_PAT]
	mov	edx, [rbp + SIPI_PAT + 4]
	wrmsr
	point_gs_at_block
	mov	eax, SEL_TSS
	ltr	ax
	mov	rax, r10
	push	SEL_CODE
	push	qword [rbp + SIPI_ENTRY]
	o64 retf			; RSP is start_rsp again

align 8
gdt:
	dq	0, 0x00AF9B000000FFFF
gdtr:
	dw	gdtr - gdt - 1
	dd	0			; filled in: address of gdt
	dw	0
align 8
far_pointer:
	dd	0			; filled in: address of long_mode
	dw	TEMP_CODE
align 8
sipi_parameters:
	times 96 db 0
sipi_end:

global sipi_gdt, sipi_gdt_base, sipi_far_pointer, sipi_long_mode
sipi_gdt equ gdt
sipi_gdt_base equ gdtr + 2
sipi_far_pointer equ far_pointer
sipi_long_mode equ long_mode

section .note.GNU-stack noalloc noexec nowrite progbits
