; SPDX-License-Identifier: MIT
; The host's segments, and the stubs of its exceptions.
BITS 64
DEFAULT REL

global host_load_segments:function hidden
global host_exception_stubs:data hidden
global host_nmi:data hidden
extern host_exception

section .text

; Also returns to CS 0x08.
host_load_segments:
	mov eax, 0x10
	mov ds, eax
	mov es, eax
	mov ss, eax
	pop rax
	push 0x08
	push rax
	o64 retf

; An NMI has done its work when it has brought the processor here (vmm/events.c).
host_nmi:
	iretq

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
