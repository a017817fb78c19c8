; SPDX-License-Identifier: MIT
;
; The code in which processors wait at an ACPI mailbox (ACPI 6.6, 5.2.12.19). It is copied, runs in
; memory that belongs to nobody else (parking.c), and is where a later kernel sends a processor back
; to: so it takes nothing for granted but 64-bit mode and its own page being mapped where it lies.

bits 64
default rel

%include "offsets.inc"

CR4_KEPT	equ 1 << 12 | 1 << 6	; five levels cannot be left here; machine checks stay on
CR4_PAE		equ 1 << 5

COMMAND_NONE	equ 0
COMMAND_WAKE	equ 1
COMMAND_TEST	equ 2
MAILBOX_ID	equ 4
MAILBOX_VECTOR	equ 8

%define VALUE(name) parking_code + PARKING_VALUES + name

section .rodata

global parking_code
parking_code:
	cli
	cld
	lgdt	[VALUE(PARKING_GDTR)]
	lidt	[VALUE(PARKING_IDTR)]
	mov	rax, [VALUE(PARKING_CR3)]
	mov	cr3, rax
	mov	rax, cr4
	and	eax, CR4_KEPT
	or	eax, CR4_PAE
	mov	cr4, rax
	jmp	far dword [VALUE(PARKING_FAR)]
global parking_flat
parking_flat:
	mov	eax, SEL_DATA
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	mov	fs, eax
	mov	gs, eax
	xor	eax, eax
	lldt	ax
	; The id that messages go by: CPUID may have another one.
	mov	ecx, MSR_APIC_BASE
	rdmsr
	test	eax, APIC_BASE_EXTD
	jnz	.x2apic
	and	eax, 0xFFFFF000
	mov	r8d, [rax + XAPIC_ID]
	shr	r8d, 24
	jmp	.known
.x2apic:
	mov	ecx, MSR_X2APIC_ID
	rdmsr
	mov	r8d, eax
.known:
	mov	rbx, [VALUE(PARKING_MAILBOX)]
.look:
	movzx	eax, word [rbx]
	test	eax, eax
	jz	.idle
	cmp	[rbx + MAILBOX_ID], r8d
	jne	.idle
	cmp	eax, COMMAND_WAKE
	je	.wake
	cmp	eax, COMMAND_TEST
	jne	.idle
	mov	word [rbx], COMMAND_NONE
	jmp	.look
.wake:
	mov	rax, [rbx + MAILBOX_VECTOR]
	mov	word [rbx], COMMAND_NONE	; the vector has been read: it is the sender's again
	jmp	rax
.idle:
	cmp	byte [VALUE(PARKING_HAS_MWAIT)], 0
	jne	.mwait
	pause
	jmp	.look
.mwait:
	mov	rax, rbx
	xor	ecx, ecx
	xor	edx, edx
	monitor
	cmp	word [rbx], COMMAND_NONE	; nothing since?
	je	.sleep
	cmp	[rbx + MAILBOX_ID], r8d
	je	.look
.sleep:
	xor	eax, eax
	xor	ecx, ecx
	mwait
	jmp	.look
global parking_code_end
parking_code_end:

section .note.GNU-stack noalloc noexec nowrite progbits
