/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share. A target is one LLVMFuzzerTestOneInput: libFuzzer calls it with
 * inputs that it makes up (`make fuzz`), replay.c with those of the corpus (`make test`). What must
 * hold after every input is an ENSURE; the sanitizers see the rest.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"

#define ENSURE(condition)                                                               \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A heap block of exactly these bytes, so that ASan sees a step outside. Freed by the caller. */
static inline uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	ENSURE(copy);
	if (size)
		memcpy(copy, data, size);
	return copy;
}

/* The input as a table. The readers are only given tables that hold a whole header. */
enum { FUZZ_HEADER_SIZE = 36 };
static inline struct acpi_table fuzz_table(const uint8_t *data, size_t size)
{
	return (struct acpi_table){.data = fuzz_copy(data, size), .size = size};
}

/* Input that is consumed from the front; zeros once it is used up. */
struct fuzz_reader {
	const uint8_t *data;
	size_t left;
};

static inline uint64_t fuzz_take(struct fuzz_reader *r, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes && r->left; i++, r->left--)
		value |= (uint64_t)*r->data++ << (8 * i);
	return value;
}
