/* SPDX-License-Identifier: MIT */
/* The bytes of an instruction that stores to the xAPIC page: decoded within them, or refused. */
#include "tests/host/fuzz/fuzz.h"
#include "tests/refhv/calls/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *code = fuzz_copy(data, size);
	uint64_t gpr[16];
	struct store store = {0}, again = {0};

	for (uint64_t i = 0; i < 16; i++)
		gpr[i] = 0xA5A5A5A500000000 | i << 24 | i;
	if (decode_store32(code, size, gpr, &store)) {
		ENSURE(store.length >= 2 && store.length <= INSTRUCTION_MAX);
		ENSURE(store.length <= size);
		ENSURE(store.exchanged >= -1 && store.exchanged < 16);
		/* What follows the instruction says nothing about it. */
		ENSURE(decode_store32(code, store.length, gpr, &again));
		ENSURE(again.value == store.value && again.length == store.length);
		/* Nor does it end earlier. */
		ENSURE(!decode_store32(code, store.length - 1, gpr, &again));
	}
	size_t length = decode_length(code, size);

	ENSURE(length <= size && length <= INSTRUCTION_MAX);
	ENSURE(!length || decode_length(code, length) == length);
	free(code);
	return 0;
}
