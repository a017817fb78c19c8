/* SPDX-License-Identifier: MIT */
/* Privileged instructions, done by a handler of SIGSEGV; see privileged.h. */
#define _GNU_SOURCE
#include "tests/host/test.h"

#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "tests/host/arch/x86_64/privileged.h"

/* Opcodes behind 0x0F (SDM volume 2). */
enum { GROUP_7 = 0x01, FROM_CR = 0x20, TO_CR = 0x22, WRMSR = 0x30, RDMSR = 0x32 };
enum { GROUP_7_INVLPG = 7 };

struct privileged privileged;

/* By their numbers in an instruction. */
static const int by_number[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
				REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
				REG_R12, REG_R13, REG_R14, REG_R15};

uint64_t *privileged_msr(uint32_t number)
{
	for (size_t i = 0; i < PRIVILEGED_MSRS; i++) {
		if (privileged.msr[i].number == number || !privileged.msr[i].number) {
			privileged.msr[i].number = number;
			return &privileged.msr[i].value;
		}
	}
	return NULL;
}

/* MSRs as halves in EDX and EAX. */
static bool access_msr(greg_t *reg, bool is_write)
{
	uint64_t *value = privileged_msr((uint32_t)reg[REG_RCX]);

	if (!value)
		return false;
	if (is_write) {
		*value = (uint64_t)reg[REG_RDX] << 32 | (uint32_t)reg[REG_RAX];
	} else {
		reg[REG_RAX] = (uint32_t)*value;
		reg[REG_RDX] = (greg_t)(*value >> 32);
	}
	return true;
}

/* Bytes of the instruction that was done; 0: none. */
static greg_t step(const uint8_t *code, greg_t *reg)
{
	greg_t prefix = (code[0] & 0xF0) == 0x40;
	uint8_t rex = prefix ? code[0] : 0;
	unsigned int number = code[prefix + 2] >> 3 & 7;
	greg_t *rm = &reg[by_number[(code[prefix + 2] & 7) | (rex & 1) << 3]];
	uint64_t *cr = number < 8 ? &privileged.cr[number | (rex & 4) << 1] : NULL;

	if (code[prefix] != 0x0F)
		return 0;
	switch (code[prefix + 1]) {
	case RDMSR:
	case WRMSR: return access_msr(reg, code[prefix + 1] == WRMSR) ? prefix + 2 : 0;
	case FROM_CR: *rm = (greg_t)*cr; return prefix + 3;
	case TO_CR: *cr = (uint64_t)*rm; return prefix + 3;
	case GROUP_7:
		/* INVLPG (register), with neither displacement nor index */
		if (number != GROUP_7_INVLPG || code[prefix + 2] >> 6 ||
		    privileged.flushes == PRIVILEGED_FLUSHES)
			return 0;
		privileged.flushed[privileged.flushes++] = (uint64_t)*rm;
		return prefix + 3;
	default: return 0;
	}
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;
	greg_t length = step((const uint8_t *)reg[REG_RIP], reg);

	(void)info;
	if (length == 0)
		signal(number, SIG_DFL); /* and once more, for good */
	reg[REG_RIP] += length;
}

void privileged_begin(void)
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

	memset(&privileged, 0, sizeof(privileged));
	assert_int_equal(sigaction(SIGSEGV, &action, NULL), 0);
}
