/* SPDX-License-Identifier: MIT */
/* Plain types of x86-64: what CPUID answers, and the state in which a processor is to start. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hvsmp_cpuid {
	uint32_t eax, ebx, ecx, edx;
};
typedef struct hvsmp_cpuid (*hvsmp_cpuid_fn)(uint32_t leaf, uint32_t subleaf);

/*
 * A segment with its hidden part; attributes: access byte 7:0, flags 15:12; limit in bytes,
 * expanded.
 */
struct hvsmp_segment {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
	uint16_t attributes;
};

struct hvsmp_table {
	uint64_t base;
	uint16_t limit;
};

/* Everything a VP is given before its first instruction. */
struct hvsmp_context {
	uint64_t rip, rsp, rflags;
	struct hvsmp_segment cs, ds, es, fs, gs, ss, tr, ldtr;
	struct hvsmp_table gdtr, idtr;
	uint64_t cr0, cr3, cr4, efer, pat;
};

enum { HVSMP_START_INPUT_SIZE = 240 }; /* bytes of the input block of 0x99 */

#ifdef __cplusplus
}
#endif
