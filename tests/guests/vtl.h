/* SPDX-License-Identifier: MIT */
/* What guests with a VTL 1 share: calls, contexts, the way from one VTL to the other and back. */
#pragma once

#include "tests/guests/guest.h"

#define PAGE               4096U
#define SELF               UINT64_MAX
#define VP_SELF            0xFFFFFFFEU
#define CALL_PROTECT       0x0CU
#define CALL_PARTITION_VTL 0x0DU
#define CALL_VP_VTL        0x0FU
#define CALL_REGISTERS     0x50U
#define CALL_SET_REGISTERS 0x51U
#define CALL_START_VP      0x99U
#define FAST               (1UL << 16)
#define ONE                (1UL << 32)
#define CODE_PAGE_OFFSETS  0x000D0002U
#define VP_STATUS          0x000D0003U
#define PARTITION_STATUS   0x000D0004U
#define PARTITION_CONFIG   0x000D0007U
#define RIP                0x00020010U
#define PENDING_EVENT0     0x00010004U
#define MSR_OS_ID          0x40000000U
#define MSR_HYPERCALL      0x40000001U
#define MSR_VP_INDEX       0x40000002U
#define MSR_VP_ASSIST      0x40000073U
#define OS_ID              (1UL << 63)
#define ENABLE             1UL
#define MSR_PAT            0x277U
#define MSR_EFER           0xC0000080U
#define EFER_WRITABLE      0xFFFFUL

/* TLFS, HV_INITIAL_VP_CONTEXT. */
struct segment {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
	uint16_t attributes;
};

struct table {
	uint16_t padding[3];
	uint16_t limit;
	uint64_t base;
};

struct context {
	uint64_t rip, rsp, rflags;
	struct segment cs, ds, es, fs, gs, ss, tr, ldtr;
	struct table idtr, gdtr;
	uint64_t efer, cr0, cr3, cr4, pat;
};
_Static_assert(sizeof(struct context) == 224, "TLFS, HV_INITIAL_VP_CONTEXT");

/* 0x0F, 0x99. */
struct start {
	uint64_t partition;
	uint32_t vp;
	uint8_t vtl;
	uint8_t padding[3];
	struct context context;
};

/* What is each VTL's own: its hypercall page, and a page for the parameters of calls. */
struct world {
	const uint8_t *page;
	uint8_t *input;
	uint64_t vtl_call; /* addresses of the stubs */
	uint64_t vtl_return;
};

/* The status; `output` may be 0. */
uint16_t hypercall(const struct world *world, uint64_t control, const void *input, void *output);
uint16_t hypercall_fast(const struct world *world, uint64_t control, uint64_t rdx, uint64_t r8);

/* Set the OS id, switch the page on, find the stubs. */
void world_begin(struct world *world);

/* A register of the VP that calls; `vtl` is HV_INPUT_VTL. */
uint64_t get_register(const struct world *world, uint32_t name);
uint16_t ask_register(const struct world *world, uint32_t name, uint8_t vtl, uint64_t *value);
uint16_t set_register(const struct world *world, uint32_t name, uint8_t vtl, uint64_t value);

/* As the calling processor is now, but for where it begins and its stack. */
void context_of_now(struct context *context, void (*entry)(void), void *stack_end);

/* #UD is counted, and execution goes on behind the call of try_call. */
void catch_ud(void);
extern volatile uint32_t uds;

/* After catch_ud: an interrupt or exception comes to this code. Vectors below 0x48. */
void catch_vector(uint32_t vector, const uint8_t *handler);
#define VECTOR_NMI 2U

/*
 * Call `at` with RCX and RAX, as the stubs of the hypercall page want it, and the other general
 * registers filled from `gpr` (RBX RDX RSI RDI RBP R8 to R15); what they are afterwards is written
 * back: RAX to gpr[13], RCX to gpr[14].
 */
#define GPRS 15
void try_call(uint64_t at, uint64_t rcx, uint64_t rax, uint64_t *gpr);
