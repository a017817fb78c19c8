/* SPDX-License-Identifier: MIT */
/* Decoder for the stores that a guest makes to its xAPIC page. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSTRUCTION_MAX 15

struct store {
	uint32_t value;
	uint32_t length; /* of the instruction, in bytes */
	int exchanged;   /* register that receives the old value (XCHG), or -1 */
};

/*
 * Decode a 32-bit store in 64-bit code: MOV from a register (89 /r, A3) or of an immediate (C7 /0),
 * XCHG (87 /r), with any prefixes. The address is not decoded; the nested page fault told it.
 * `gpr` is in encoding order. False: not such an instruction.
 */
bool decode_store32(const uint8_t *code, size_t size, const uint64_t *gpr, struct store *store);

/*
 * How long an instruction of 64-bit code is that accesses memory: arithmetic, MOV, TEST, XCHG, LEA
 * and string operations of one opcode byte, with any prefixes. 0: not such a one.
 */
size_t decode_length(const uint8_t *code, size_t size);

/* Is it a store of one or two bytes: MOV, XCHG, MOVS or STOS, with any prefixes? */
bool decode_is_narrow_store(const uint8_t *code, size_t size);
