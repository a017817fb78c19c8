; SPDX-License-Identifier: MIT
; The loader becomes a guest, and as one tells the hypervisor that the boot services are over.
BITS 64
DEFAULT REL

; struct entry (vmm/begin.h)
ENTRY_RIP           equ 0
ENTRY_RSP           equ 8
ENTRY_RFLAGS        equ 16
ENTRY_CR3           equ 24
ENTRY_HOST_CR3      equ 32
ENTRY_HOST_STACK    equ 40
ENTRY_HOST_FUNCTION equ 48

global loader_enter:function hidden
global loader_notify:function hidden
global loader_notify_site:data hidden

section .text

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
