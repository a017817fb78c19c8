; SPDX-License-Identifier: MIT
; Entering and leaving the guest, and the exception stubs of the host.
BITS 64
DEFAULT REL

; struct entry (refhv.h)
ENTRY_RIP           equ 0
ENTRY_RSP           equ 8
ENTRY_RFLAGS        equ 16
ENTRY_CR3           equ 24
ENTRY_HOST_CR3      equ 32
ENTRY_HOST_STACK    equ 40
ENTRY_HOST_FUNCTION equ 48

global vmrun_enter:function hidden
global loader_enter:function hidden
global loader_notify:function hidden
global loader_notify_site:data hidden
global host_load_segments:function hidden
global host_exception_stubs:data hidden
extern host_exception

section .text

; void vmrun_enter(uint64_t *gpr, struct vmcb *vmcb)
; RAX and RSP of the guest are in the VMCB; VMRUN keeps those of the host. CR2 and the guest's
; FS, GS, TR and LDTR are not touched by the host, DR0-3 neither.
vmrun_enter:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	push rdi
	mov rax, rsi
	mov rcx, [rdi + 1 * 8]
	mov rdx, [rdi + 2 * 8]
	mov rbx, [rdi + 3 * 8]
	mov rbp, [rdi + 5 * 8]
	mov rsi, [rdi + 6 * 8]
	mov r8,  [rdi + 8 * 8]
	mov r9,  [rdi + 9 * 8]
	mov r10, [rdi + 10 * 8]
	mov r11, [rdi + 11 * 8]
	mov r12, [rdi + 12 * 8]
	mov r13, [rdi + 13 * 8]
	mov r14, [rdi + 14 * 8]
	mov r15, [rdi + 15 * 8]
	mov rdi, [rdi + 7 * 8]
	vmrun
	push rdi
	mov rdi, [rsp + 8]
	mov [rdi + 1 * 8], rcx
	mov [rdi + 2 * 8], rdx
	mov [rdi + 3 * 8], rbx
	mov [rdi + 5 * 8], rbp
	mov [rdi + 6 * 8], rsi
	mov [rdi + 8 * 8], r8
	mov [rdi + 9 * 8], r9
	mov [rdi + 10 * 8], r10
	mov [rdi + 11 * 8], r11
	mov [rdi + 12 * 8], r12
	mov [rdi + 13 * 8], r13
	mov [rdi + 14 * 8], r14
	mov [rdi + 15 * 8], r15
	pop qword [rdi + 7 * 8]
	pop rdi
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret

; void loader_enter(struct entry *entry)
; What C expects a function to keep waits on the stack, which the guest goes on using.
loader_enter:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	lea rax, [.guest]
	mov [rdi + ENTRY_RIP], rax
	mov [rdi + ENTRY_RSP], rsp
	pushfq
	pop qword [rdi + ENTRY_RFLAGS]
	cli
	mov rax, cr3
	mov [rdi + ENTRY_CR3], rax
	mov rax, [rdi + ENTRY_HOST_CR3]
	mov cr3, rax
	mov rsp, [rdi + ENTRY_HOST_STACK]
	xor ebp, ebp
	call [rdi + ENTRY_HOST_FUNCTION]
.guest:
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret

; void loader_notify(uint64_t status)
loader_notify:
loader_notify_site:
	vmmcall
	ret

host_load_segments:
	mov eax, 0x10
	mov ds, eax
	mov es, eax
	mov ss, eax
	pop rax
	push 0x08
	push rax
	o64 retf

; 32 stubs of 16 bytes: call host_exception(vector, error code, RIP) on the stack as it is.
%macro STUB 1
	align 16
%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17 || %1 == 21 || %1 == 29 || %1 == 30
	nop
	nop
%else
	push byte 0
%endif
	push byte %1
	jmp near exception
%endmacro

	align 16
host_exception_stubs:
%assign vector 0
%rep 32
	STUB vector
%assign vector vector + 1
%endrep

exception:
	pop rdi
	pop rsi
	mov rdx, [rsp]
	and rsp, -16
	call host_exception
