/* SPDX-License-Identifier: MIT */
/* tests/refhv/calls/decode.c: the stores that compilers and firmware make to the xAPIC page. */
#include "tests/host/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/refhv/calls/decode.h"

static const uint64_t gpr[16] = {0x1111111100000000, 0x1111111100000001, 0x1111111100000002,
				 0x1111111100000003, 0x1111111100000004, 0x1111111100000005,
				 0x1111111100000006, 0x1111111100000007, 0x1111111100000008,
				 0x1111111100000009, 0x111111110000000a, 0x111111110000000b,
				 0x111111110000000c, 0x111111110000000d, 0x111111110000000e,
				 0x111111110000000f};

static struct store store;

/* In a block of exactly its size: ASan sees a step beyond. */
static bool decode(const char *code, size_t size)
{
	uint8_t *copy = malloc(size + (size == 0));
	bool good;

	memcpy(copy, code, size);
	store = (struct store){0};
	good = decode_store32(copy, size, gpr, &store);
	free(copy);
	return good;
}

static void known_stores(void **state)
{
	static const struct {
		const char *code;
		uint32_t length, value;
		int exchanged;
	} cases[] = {
		{"\x89\x08", 2, 1, -1},                             /* mov [rax], ecx */
		{"\x89\x48\x10", 3, 1, -1},                         /* mov [rax+16], ecx */
		{"\x89\x88\x00\x03\x00\x00", 6, 1, -1},             /* mov [rax+0x300], ecx */
		{"\x44\x89\x00", 3, 8, -1},                         /* mov [rax], r8d */
		{"\x45\x89\x3f", 3, 15, -1},                        /* mov [r15], r15d */
		{"\x89\x04\x24", 3, 0, -1},                         /* mov [rsp], eax */
		{"\x89\x54\x24\x08", 4, 2, -1},                     /* mov [rsp+8], edx */
		{"\x89\x14\x25\x00\x03\xe0\xfe", 7, 2, -1},         /* mov [0xfee00300], edx */
		{"\x89\x0d\x00\x00\x00\x00", 6, 1, -1},             /* mov [rip+0], ecx */
		{"\x89\x94\x88\x00\x03\x00\x00", 7, 2, -1},         /* mov [rax+rcx*4+0x300], edx */
		{"\xc7\x00\x78\x56\x34\x12", 6, 0x12345678, -1},    /* mov dword [rax], imm */
		{"\xc7\x40\x10\x0d\x00\x00\x00", 7, 13, -1},        /* mov dword [rax+16], imm */
		{"\x87\x11", 2, 2, 2},                              /* xchg [rcx], edx */
		{"\xf0\x44\x87\x09", 4, 9, 9},                      /* lock xchg [rcx], r9d */
		{"\x67\x89\x08", 3, 1, -1},                         /* mov [eax], ecx */
		{"\x3e\x89\x08", 3, 1, -1},                         /* with a segment prefix */
		{"\xa3\x00\x03\xe0\xfe\x00\x00\x00\x00", 9, 0, -1}, /* mov [moffs64], eax */
		{"\x67\xa3\x00\x03\xe0\xfe", 6, 0, -1},             /* mov [moffs32], eax */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		char code[INSTRUCTION_MAX];

		memset(code, 0x90, sizeof(code));
		memcpy(code, cases[i].code, cases[i].length);
		assert_true(decode(code, sizeof(code)));
		assert_int_equal(store.length, cases[i].length);
		assert_int_equal(store.value, cases[i].value);
		assert_int_equal(store.exchanged, cases[i].exchanged);
		/* Less of it is never taken for a whole one. */
		for (size_t size = 0; size < cases[i].length; size++)
			assert_false(decode(code, size));
	}
}

static void other_instructions_are_refused(void **state)
{
	(void)state;
	assert_false(decode("\x66\x89\x08\x90\x90", 5));     /* 16 bits */
	assert_false(decode("\x48\x89\x08\x90\x90", 5));     /* 64 bits */
	assert_false(decode("\x89\xc8\x90\x90", 4));         /* mov eax, ecx */
	assert_false(decode("\x8b\x08\x90\x90", 4));         /* a load */
	assert_false(decode("\x88\x08\x90\x90", 4));         /* 8 bits */
	assert_false(decode("\xc7\x08\x01\x00\x00\x00", 6)); /* C7 /1 */
	assert_false(decode("\xf3\xab\x90\x90", 4));         /* rep stosd */
	assert_false(decode("\xf0\xf0\xf0\xf0\xf0", 5));     /* prefixes only */
}

static bool is_narrow(const char *code, size_t size)
{
	uint8_t copy[INSTRUCTION_MAX];

	memcpy(copy, code, size);
	return decode_is_narrow_store(copy, size);
}

static void stores_of_bytes_and_words(void **state)
{
	(void)state;
	assert_true(is_narrow("\x88\x08", 2));             /* mov [rax], cl */
	assert_true(is_narrow("\x40\x88\x37", 3));         /* mov [rdi], sil */
	assert_true(is_narrow("\xc6\x00\xff", 3));         /* mov byte [rax], imm */
	assert_true(is_narrow("\xf3\xaa", 2));             /* rep stosb */
	assert_true(is_narrow("\x66\x89\x08", 3));         /* mov [rax], cx */
	assert_true(is_narrow("\x66\xc7\x00\x01\x00", 5)); /* mov word [rax], imm */
	assert_false(is_narrow("\x89\x08", 2));            /* 32 bits */
	assert_false(is_narrow("\x66\x48\x89\x08", 4));    /* 64 bits: REX.W is stronger */
	assert_false(is_narrow("\xf3\xab", 2));            /* rep stosd */
	assert_false(is_narrow("\x66", 1));                /* prefixes only */
}

static size_t length(const char *code, size_t size)
{
	uint8_t copy[INSTRUCTION_MAX];

	memcpy(copy, code, size);
	return decode_length(copy, size);
}

static void lengths_of_what_accesses_memory(void **state)
{
	(void)state;
	assert_int_equal(length("\x48\x89\x1a\x90", 4), 3);             /* mov [rdx], rbx */
	assert_int_equal(length("\x48\x8b\x00\x90", 4), 3);             /* mov rax, [rax] */
	assert_int_equal(length("\xc6\x05\x01\x02\x03\x04\xff", 7), 7); /* to [rip + n] */
	assert_int_equal(length("\xc7\x44\x24\x08\x01\x00\x00\x00", 8),
			 8);                                        /* mov dword [rsp + 8] */
	assert_int_equal(length("\x66\xc7\x00\x01\x00\x90", 6), 5); /* mov word */
	assert_int_equal(length("\x66\x48\xc7\x00\x01\x00\x00\x00", 8), 8); /* REX.W is stronger */
	assert_int_equal(length("\xf0\x01\x08\x90", 4), 3); /* lock add [rax], ecx */
	assert_int_equal(length("\x83\x00\x01\x90", 4), 3); /* add dword [rax], 1 */
	assert_int_equal(length("\xff\x00\x90", 3), 2);     /* inc dword [rax] */
	assert_int_equal(length("\xf6\x00\x01\x90", 4), 3); /* test byte [rax], 1 */
	assert_int_equal(length("\xf7\x18\x90", 3), 2);     /* neg dword [rax] */
	assert_int_equal(length("\xd1\x20\x90", 3), 2);     /* shl dword [rax], 1 */
	assert_int_equal(length("\xf3\x48\xa5\x90", 4), 3); /* rep movsq */
	assert_int_equal(length("\x0f\xb6\x00", 3), 0);     /* two bytes of opcode */
	assert_int_equal(length("\x48\x89\xc8", 3), 0);     /* no memory */
	assert_int_equal(length("\xc7\x00\x01\x00", 4), 0); /* cut off */
	assert_int_equal(length("\x48\x89", 2), 0);
	assert_int_equal(length("\xa5", 1), 1); /* movsd */
	assert_int_equal(length("\x90", 1), 0);
}

static void random_bytes_are_survived(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		char code[INSTRUCTION_MAX];
		size_t size;

		for (size_t i = 0; i < sizeof(code); i++) {
			random = random * 1664525 + 1013904223;
			code[i] = (char)(random >> 24);
		}
		size = (random >> 8) % (INSTRUCTION_MAX + 1);
		if (decode(code, size))
			assert_in_range(store.length, 2, size);
		assert_in_range(length(code, size), 0, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_stores),
		cmocka_unit_test(other_instructions_are_refused),
		cmocka_unit_test(stores_of_bytes_and_words),
		cmocka_unit_test(lengths_of_what_accesses_memory),
		cmocka_unit_test(random_bytes_are_survived),
	};

	return cmocka_run_group_tests_name("refhv/decode", tests, NULL, NULL);
}
