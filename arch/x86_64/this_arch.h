/* SPDX-License-Identifier: MIT */
/* What arch.h says of this architecture: names for people and programs, and sizes. */
#pragma once

/* What the number is called by which firmware and hardware name a processor. */
#define ARCH_HW_ID       "APIC id"
#define ARCH_HW_ID_FIELD "apic_id"
#define ARCH_HW_ID_SHORT "apic"
#define ARCH_HW_ID_CLAIM "CPUID" /* arch_hw_id_claimed's source */

/* What starts a processor where no hypercall does, and its word in options and reports. */
#define ARCH_SECOND      "INIT-SIPI"
#define ARCH_SECOND_WORD "sipi"

#define ARCH_IPI         "local APIC" /* what carries interrupts between processors */
#define ARCH_IPI_SHORT   "APIC"
#define ARCH_WITHOUT_IPI "no processor can be reached by " ARCH_SECOND
#define ARCH_PC          "rip"

/* Where it is read what a hypervisor offers. */
#define ARCH_FEATURES "CPUID"

enum { ARCH_CPU_SIZE = 768, ARCH_REGISTERS = 21, ARCH_NOTIFY_VECTOR = 0xF0 };
enum { ARCH_STACK_GUARDS = 4, ARCH_STACK_PAGES = 7 };
