/* SPDX-License-Identifier: MIT */
/* Offsets and numbers that C and assembly share; block.c and exceptions.c assert the offsets. */
#pragma once

/* struct arch_cpu, to which TPIDR_EL1 points */
#define CPU_RECOVER_PC   0
#define CPU_RECOVER_SP   8
#define CPU_FIRST        16
#define CPU_FOUND_SP     24
#define CPU_FOUND_X18    32
#define CPU_FOUND_LEVEL  40
#define CPU_FOUND_SPSEL  48
#define CPU_ENTRY        56
#define CPU_OWNER        64
#define CPU_MAIN_SP      72
#define CPU_FAULT_BOTTOM 80
#define CPU_ENTERED      88
#define CPU_STRAYS       92
#define CPU_WANTED       96 /* struct arch_state, and its fields */
#define WANTED_SP        (CPU_WANTED + 8)
#define WANTED_SCTLR     (CPU_WANTED + 16)
#define WANTED_MAIR      (CPU_WANTED + 24)
#define WANTED_TCR       (CPU_WANTED + 32)
#define WANTED_VBAR      (CPU_WANTED + 40)
#define WANTED_TTBR0     (CPU_WANTED + 48)
#define WANTED_TTBR1     (CPU_WANTED + 56)

/* struct frame of exceptions.c */
#define FRAME_SP     248
#define FRAME_PC     256
#define FRAME_PSTATE 264
#define FRAME_ESR    272
#define FRAME_FAR    280
#define FRAME_KIND   288
#define FRAME_SIZE   304

#define DAIF_ALL     15
#define DAIF_IRQ     2
