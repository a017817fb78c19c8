/* SPDX-License-Identifier: MIT */
/* Decoder for 32-bit stores (AMD APM volume 3, Instruction Encoding). */
#include "tests/refhv/calls/decode.h"

#define OP_XCHG      0x87
#define OP_MOV_REG   0x89
#define OP_MOV_EAX   0xA3 /* to an absolute address */
#define OP_MOVS      0xA5
#define OP_STOS      0xAB
#define OP_MOV_IMM   0xC7
#define REX_MASK     0xF0
#define REX          0x40
#define REX_W        0x08
#define REX_R        0x04
#define MODRM_DIRECT 3
#define RM_SIB       4
#define RM_DISP32    5

struct prefixes {
	uint8_t rex;
	bool address_size;
	bool operand_size; /* 16 bits */
};

/* Read the prefixes; returns their length. */
static size_t skip_prefixes(const uint8_t *code, size_t size, struct prefixes *p)
{
	size_t at = 0;

	*p = (struct prefixes){0};
	for (; at < size; at++) {
		switch (code[at]) {
		case 0x2E:
		case 0x36:
		case 0x3E:
		case 0x26:
		case 0x64:
		case 0x65: /* segment */
		case 0xF0: /* LOCK */
		case 0xF2:
		case 0xF3: /* REP, XACQUIRE, XRELEASE */ continue;
		case 0x66: p->operand_size = true; continue;
		case 0x67: p->address_size = true; continue;
		default: break;
		}
		break;
	}
	if (at < size && (code[at] & REX_MASK) == REX)
		p->rex = code[at++];
	return at;
}

/* Bytes that ModRM, SIB and displacement take; 0 when the operand is a register. */
static size_t operand_length(const uint8_t *modrm, size_t size)
{
	uint8_t mod = modrm[0] >> 6;
	uint8_t rm = modrm[0] & 7;
	size_t length = 1;

	if (mod == MODRM_DIRECT || !size)
		return 0;
	if (rm == RM_SIB) {
		if (size < 2)
			return 0;
		length++;
		rm = modrm[1] & 7; /* the base decides about the displacement */
	}
	if (mod == 1)
		return length + 1;
	if (mod == 2 || rm == RM_DISP32)
		return length + 4;
	return length;
}

static uint32_t read32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool decode_store32(const uint8_t *code, size_t size, const uint64_t *gpr, struct store *store)
{
	struct prefixes p;
	size_t at;

	if (size > INSTRUCTION_MAX) /* a longer one is a #GP */
		size = INSTRUCTION_MAX;
	at = skip_prefixes(code, size, &p);
	if (p.operand_size || p.rex & REX_W || at + 2 > size)
		return false;
	uint8_t opcode = code[at++];

	store->exchanged = -1;
	if (opcode == OP_MOV_EAX) {
		store->value = (uint32_t)gpr[0];
		store->length = (uint32_t)(at + (p.address_size ? 4 : 8));
		return store->length <= size;
	}
	size_t operand = operand_length(code + at, size - at);
	uint8_t reg = (code[at] >> 3 & 7) | (p.rex & REX_R ? 8 : 0);

	at += operand;
	if (!operand || at > size)
		return false;
	if (opcode == OP_MOV_IMM) {
		if ((reg & 7) || at + 4 > size)
			return false;
		store->value = read32(code + at);
		store->length = (uint32_t)at + 4;
		return true;
	}
	if (opcode != OP_MOV_REG && opcode != OP_XCHG)
		return false;
	store->value = (uint32_t)gpr[reg];
	store->length = (uint32_t)at;
	if (opcode == OP_XCHG)
		store->exchanged = reg;
	return true;
}

/* The immediate operand behind ModRM, in bytes; -1: an opcode that is not known. */
static int immediate_size(uint8_t opcode, uint8_t modrm, bool operand_size)
{
	bool is_test = (opcode | 1) == 0xF7 && (modrm >> 3 & 7) < 2;

	if ((opcode < 0x40 && (opcode & 7) < 4) || (opcode >= 0x84 && opcode <= 0x8B) ||
	    opcode == 0x63 || opcode >= 0xFE || ((opcode | 1) == 0xF7 && !is_test) ||
	    (opcode & 0xFC) == 0xD0)
		return 0;
	switch (opcode) {
	case 0x80:
	case 0x83:
	case 0xC0:
	case 0xC1:
	case OP_MOV_IMM - 1:
	case 0xF6: return 1;
	case 0x69:
	case 0x81:
	case OP_MOV_IMM:
	case 0xF7: return operand_size ? 2 : 4;
	default: return -1;
	}
}

size_t decode_length(const uint8_t *code, size_t size)
{
	struct prefixes p;

	if (size > INSTRUCTION_MAX)
		size = INSTRUCTION_MAX;
	size_t at = skip_prefixes(code, size, &p);

	if (at >= size)
		return 0;
	uint8_t opcode = code[at++];

	if ((opcode | 1) == OP_MOVS || (opcode | 1) == OP_STOS || (opcode | 1) == 0xAD)
		return at;
	if (at >= size)
		return 0;
	size_t operand = operand_length(code + at, size - at);
	int immediate = immediate_size(opcode, code[at], p.operand_size && !(p.rex & REX_W));

	if (!operand || immediate < 0 || at + operand + (size_t)immediate > size)
		return 0;
	return at + operand + (size_t)immediate;
}

bool decode_is_narrow_store(const uint8_t *code, size_t size)
{
	struct prefixes p;
	size_t at = skip_prefixes(code, size, &p);

	if (at >= size)
		return false;
	switch (code[at]) {
	/* The odd one of each pair has the operand size, the even one is of a byte. */
	case OP_XCHG:
	case OP_MOV_REG:
	case OP_MOV_EAX:
	case OP_MOV_IMM:
	case OP_MOVS:
	case OP_STOS: return p.operand_size && !(p.rex & REX_W);
	case OP_XCHG - 1:
	case OP_MOV_REG - 1:
	case OP_MOV_EAX - 1:
	case OP_MOV_IMM - 1:
	case OP_MOVS - 1:
	case OP_STOS - 1: return true;
	default: return false;
	}
}
