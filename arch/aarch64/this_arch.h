/* SPDX-License-Identifier: MIT */
/* What arch.h says of this architecture: names for people and programs, and sizes. */
#pragma once

/* What the number is called by which firmware and hardware name a processor. */
#define ARCH_HW_ID       "MPIDR"
#define ARCH_HW_ID_FIELD "mpidr"
#define ARCH_HW_ID_SHORT "mpidr"
#define ARCH_HW_ID_CLAIM "MPIDR_EL1" /* arch_hw_id_claimed's source */

/* What starts a processor where no hypercall does, and its word in options and reports. */
#define ARCH_SECOND      "PSCI"
#define ARCH_SECOND_WORD "psci"

#define ARCH_IPI         "GIC" /* what carries interrupts between processors */
#define ARCH_IPI_SHORT   "GIC"
#define ARCH_WITHOUT_IPI "processors can neither call nor stop each other"
#define ARCH_PC          "pc"

/* Where it is read what a hypervisor offers. */
#define ARCH_FEATURES "registers"

/* ARCH_NOTIFY_VECTOR: the number of a software-generated interrupt. */
enum { ARCH_CPU_SIZE = 384, ARCH_REGISTERS = 10, ARCH_NOTIFY_VECTOR = 1 };
enum { ARCH_STACK_GUARDS = 2, ARCH_STACK_PAGES = 6 };
