; SPDX-License-Identifier: MIT
; The way of a processor from its start-up IPI to arrive.c, in one page below 1 MiB. host.c
; copies it there and fills in the parameters at its end; several processors may run it at once.
DEFAULT REL

global trampoline:data hidden
global trampoline_end:data hidden
global trampoline_gdt_base:data hidden
global trampoline_far:data hidden
global trampoline_host_cr3:data hidden
global trampoline_vps:data hidden
global trampoline_function:data hidden

MSR_APIC_BASE    equ 0x1B
APIC_BASE_X2APIC equ 1 << 10
MSR_X2APIC_ID    equ 0x802
APIC_ID          equ 0xFEE00020
MSR_EFER         equ 0xC0000080
EFER_LME_NXE     equ 1 << 8 | 1 << 11
CR0_HOST         equ 0x80010033 ; PG WP NE ET MP PE
CR4_HOST         equ 1 << 5 | 1 << 7 ; PAE PGE

section .rodata align=16
BITS 16
trampoline:
	cli
	cld
	mov ax, cs
	mov ds, ax
	o32 lgdt [gdt_pointer - trampoline]
	mov eax, CR4_HOST
	mov cr4, eax
	mov eax, [trampoline_host_cr3 - trampoline]
	mov cr3, eax
	mov ecx, MSR_EFER
	mov eax, EFER_LME_NXE
	xor edx, edx
	wrmsr
	mov eax, CR0_HOST
	mov cr0, eax
	jmp dword far [trampoline_far - trampoline]

BITS 64
long_mode:
	mov eax, 0x10
	mov ds, eax
	mov es, eax
	mov ss, eax
	mov ecx, MSR_APIC_BASE
	rdmsr
	test eax, APIC_BASE_X2APIC
	jnz .x2apic
	mov ebx, APIC_ID
	mov eax, [rbx]
	shr eax, 24
	jmp .have_id
.x2apic:
	mov ecx, MSR_X2APIC_ID
	rdmsr
.have_id:
	mov rbx, [trampoline_vps]
	mov rdi, [rbx + rax * 8] ; struct vp: processor.stack_top comes first
	mov rsp, [rdi]
	xor ebp, ebp
	call [trampoline_function]

	align 8
gdt:
	dq 0
	dq 0x00AF9B000000FFFF ; 0x08: 64-bit code
	dq 0x00CF93000000FFFF ; 0x10: data
gdt_pointer:
	dw gdt_pointer - gdt - 1
trampoline_gdt_base: ; gets the page's address added
	dd gdt - trampoline
trampoline_far: ; gets the page's address added
	dd long_mode - trampoline
	dw 0x08
	align 8
trampoline_host_cr3:
	dq 0
trampoline_vps: ; struct vp *by_apic_id[]
	dq 0
trampoline_function:
	dq 0
trampoline_end:
