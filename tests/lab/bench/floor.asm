; SPDX-License-Identifier: MIT
;
; The floor: the least work that brings every processor into 64-bit mode by INIT-SIPI. A multiboot
; program without ELF around it; the boot processor stays in flat 32-bit mode, every other one goes
; from real mode to long mode, adds one to a counter and halts. What this takes in some QEMU no
; kernel in the same QEMU can beat by much.
;
; Assembled with -DROUNDS=n: how often each method is measured. Between two rounds an INIT puts the
; processors back into wait-for-SIPI, and 10 ms go by, as in mode=bench (smp/round.c): whatever the
; host's caches forget in that time has to be the same for both.
;
; Prints a line a round on COM1, ticks of the time stamp counter from the first ICR write to the
; moment when the boot processor has counted the last arrival:
;   @floor method=sipi-broadcast processors=4 online=4 ticks=123456
; and leaves through isa-debug-exit: 0x10 all arrived in every round, 0x11 some did not.

%ifndef ROUNDS
%define ROUNDS 1
%endif

; Multiboot 0.6.96, 3.1: the addresses in the header stand for an ELF file's (flag 16).
MB_MAGIC    equ 0x1BADB002
MB_FLAGS    equ 1 << 16

ENTRY       equ 0x8000             ; where a processor begins: SIPI vector 8
VECTOR      equ ENTRY >> 12
PML4        equ 0x9000
PDPT        equ 0xA000
PD          equ 0xB000
STACK       equ 0x7000

CR0_PE      equ 1 << 0
CR0_ET      equ 1 << 4
CR0_PG      equ 1 << 31
CR4_PAE     equ 1 << 5
EFER        equ 0xC0000080
EFER_LME    equ 1 << 8
PTE_P_W     equ 3
PDE_LARGE   equ 1 << 7

; SDM 3A 11.4.4 (the local APIC's registers) and 11.12 (x2APIC: MSRs 0x800 + offset / 16).
APIC        equ 0xFEE00000
APIC_SVR    equ 0xF0
APIC_ICR    equ 0x300
SVR_ON      equ 0x1FF
X2_SVR      equ 0x80F
X2_ICR      equ 0x830
APIC_BASE   equ 0x1B
BASE_X2     equ 3 << 10            ; enabled, in x2APIC mode
XAPIC_MOST  equ 255                ; processors; APIC id 255 is the broadcast
ICR_INIT    equ 0xC4500            ; all but self, level assert, INIT
ICR_SIPI    equ 0xC4600 | VECTOR

FW_SELECT   equ 0x510              ; QEMU docs/specs/fw_cfg: selector, then data one port above
FW_NB_CPUS  equ 5
PM_TIMER    equ 0x608              ; where SeaBIOS puts the q35's; 24 bits at 3.579545 MHz
PM_10_MS    equ 35796
PM_200_US   equ 716
COM1        equ 0x3F8
COM_STATUS  equ COM1 + 5
COM_EMPTY   equ 1 << 5
EXIT_PORT   equ 0xF4
EXIT_OK     equ 0x10
EXIT_LOST   equ 0x11
MOST_LOOKS  equ 20000000           ; bounds the wait for arrivals: a look takes at least 0.2 us

org 0x100000
bits 32
header:
	dd MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)
	dd header, header, image_end, image_end, start

start:
	cli
	cld
	mov esp, STACK
	call count_processors
	call map_low_memory
	mov esi, ap_begin
	mov edi, ENTRY
	mov ecx, ap_end - ap_begin
	rep movsb
	call enable_apic
	mov ebx, broadcast
	mov ebp, broadcast_name
	call measure
	mov ebx, parallel
	mov ebp, parallel_name
	call measure
	mov eax, [exit_code]
	mov dx, EXIT_PORT
	out dx, eax
.end:	hlt
	jmp .end

; EBX: a method, EBP: its name. Runs the rounds and prints them.
measure:
	mov dword [round], ROUNDS
.next:
	mov dword [arrived], 0
	rdtsc
	mov [begin], eax
	mov [begin + 4], edx
	call ebx
	mov ecx, MOST_LOOKS
.wait:
	mov eax, [arrived]
	cmp eax, [others]
	jae .all
	pause                      ; QEMU goes on with another processor
	loop .wait
	mov dword [exit_code], EXIT_LOST
.all:
	rdtsc
	sub eax, [begin]
	sbb edx, [begin + 4]
	mov [ticks], eax
	mov [ticks + 4], edx
	call print_round
	mov dword [arrived], 0
	mov eax, ICR_INIT
	call send
	mov edi, PM_10_MS
	call delay
	dec dword [round]
	jnz .next
	ret

; The methods. Broadcast needs a processor that takes a SIPI right after an INIT, as QEMU's does.
broadcast:
	mov eax, ICR_INIT
	call send
	mov eax, ICR_SIPI
	jmp send

; SDM 3A 9.4.4.1: INIT, 10 ms, SIPI, 200 us, SIPI; the second only if somebody is still missing.
parallel:
	mov eax, ICR_INIT
	call send
	mov edi, PM_10_MS
	call delay
	mov eax, ICR_SIPI
	call send
	mov edi, PM_200_US
	call delay
	mov eax, ICR_SIPI
	mov ecx, [arrived]
	cmp ecx, [others]
	jb send
	ret

; EAX: the ICR's low half.
send:
	cmp byte [x2apic], 0
	jne .x2
	mov [APIC + APIC_ICR], eax
	ret
.x2:
	mov ecx, X2_ICR
	xor edx, edx
	wrmsr
	ret

; EDI: ticks of the PM timer, or until all have arrived.
delay:
	mov dx, PM_TIMER
	in eax, dx
	mov esi, eax
.look:
	mov eax, [arrived]
	cmp eax, [others]
	jae .end
	pause
	in eax, dx
	sub eax, esi
	and eax, 0xFFFFFF
	cmp eax, edi
	jb .look
.end:	ret

count_processors:
	mov dx, FW_SELECT
	mov ax, FW_NB_CPUS
	out dx, ax
	inc dx
	in al, dx
	movzx ecx, al
	in al, dx
	mov ch, al
	mov [processors], ecx
	dec ecx
	mov [others], ecx
	ret

; The first 2 MiB, for the others' long mode.
map_low_memory:
	xor eax, eax
	mov edi, PML4
	mov ecx, 3 * 4096 / 4
	rep stosd
	mov dword [PML4], PDPT | PTE_P_W
	mov dword [PDPT], PD | PTE_P_W
	mov dword [PD], PDE_LARGE | PTE_P_W
	ret

enable_apic:
	cmp dword [processors], XAPIC_MOST
	ja .x2
	mov dword [APIC + APIC_SVR], SVR_ON
	ret
.x2:
	mov byte [x2apic], 1
	mov ecx, APIC_BASE
	rdmsr
	or eax, BASE_X2
	wrmsr
	mov ecx, X2_SVR
	mov eax, SVR_ON
	xor edx, edx
	wrmsr
	ret

print_round:
	mov esi, text_method
	call print
	mov esi, ebp
	call print
	mov esi, text_processors
	call print
	xor edx, edx
	mov eax, [processors]
	call print_number
	mov esi, text_online
	call print
	xor edx, edx
	mov eax, [arrived]
	inc eax
	call print_number
	mov esi, text_ticks
	call print
	mov eax, [ticks]
	mov edx, [ticks + 4]
	call print_number
	mov esi, text_end
	; falls through

; ESI: text that ends with 0.
print:
	lodsb
	test al, al
	jz .end
	call put
	jmp print
.end:	ret

; EDX:EAX, decimal.
print_number:
	push esi
	mov esi, 10
	xor edi, edi               ; digits on the stack
.divide:
	mov ecx, eax
	mov eax, edx
	xor edx, edx
	div esi
	xchg eax, ecx              ; ECX: quotient's high half
	div esi                    ; EDX: the digit
	push edx
	inc edi
	mov edx, ecx
	or ecx, eax
	jnz .divide
.digit:
	pop eax
	add al, '0'
	call put
	dec edi
	jnz .digit
	pop esi
	ret

put:
	mov ah, al
	mov dx, COM_STATUS
.full:	in al, dx
	test al, COM_EMPTY
	jz .full
	mov dx, COM1
	mov al, ah
	out dx, al
	ret

align 8
begin:		dq 0
ticks:		dq 0
round:		dd 0
arrived:	dd 0                       ; counted up by the others
processors:	dd 0
others:		dd 0
exit_code:	dd EXIT_OK
x2apic:		db 0
text_method:	db "@floor method=", 0
broadcast_name:	db "sipi-broadcast", 0
parallel_name:	db "sipi-parallel", 0
text_processors: db " processors=", 0
text_online:	db " online=", 0
text_ticks:	db " ticks=", 0
text_end:	db 10, 0

; Copied to ENTRY; addresses in it are given as if it were there.
%define LOW(label) (ENTRY + (label - ap_begin))
ap_begin:
bits 16
	cli
	xor ax, ax
	mov ds, ax
	o32 lgdt [LOW(gdt_pointer)]
	mov eax, CR4_PAE
	mov cr4, eax
	mov eax, PML4
	mov cr3, eax
	mov ecx, EFER
	mov eax, EFER_LME
	xor edx, edx
	wrmsr
	mov eax, CR0_PE | CR0_ET | CR0_PG
	mov cr0, eax
	jmp dword 0x08:LOW(.long)
bits 64
.long:
	lock inc dword [abs arrived]
.end:	hlt
	jmp .end
align 8
gdt:	dq 0, 0x00AF9B000000FFFF    ; 0x08: 64-bit code
gdt_pointer:
	dw gdt_pointer - gdt - 1
	dd LOW(gdt)
ap_end:
image_end:
