/* SPDX-License-Identifier: MIT */
/*
 * The sleep type of power-off. An AML interpreter would be larger than the kernel: the package is
 * looked for by its bytes, in the plain form that compilers emit for Name (\_S5, Package {a, b}).
 */
#include "acpi/internal.h"

/* ACPI 6.5, 20.2 "AML Grammar Definition" */
enum {
	AML_ZERO = 0x00,
	AML_ONE = 0x01,
	AML_NAME = 0x08,
	AML_BYTE = 0x0a,
	AML_WORD = 0x0b,
	AML_DWORD = 0x0c,
	AML_PACKAGE = 0x12,
	AML_ROOT = '\\',
	PKG_LENGTH_EXTRA_SHIFT = 6, /* bits 7:6 of the first byte: how many more follow */
};

enum { SLP_TYP_MAX = 7 }; /* ACPI 6.5, 4.8.3.2.1: a field of 3 bits */

struct aml {
	const uint8_t *p, *end;
};

/* One integer constant that fits the field; false at anything else. */
static bool take_sleep_type(struct aml *a, uint8_t *value)
{
	size_t bytes;
	uint8_t op;

	if (a->p == a->end)
		return false;
	op = *a->p++;
	if (op == AML_ZERO || op == AML_ONE) {
		*value = op;
		return true;
	}
	switch (op) {
	case AML_BYTE: bytes = 1; break;
	case AML_WORD: bytes = 2; break;
	case AML_DWORD: bytes = 4; break;
	default: return false;
	}
	if ((size_t)(a->end - a->p) < bytes)
		return false;
	*value = a->p[0];
	for (size_t i = 1; i < bytes; i++) {
		if (a->p[i] != 0)
			return false;
	}
	a->p += bytes;
	return *value <= SLP_TYP_MAX;
}

/* What follows the name "_S5_": PackageOp PkgLength NumElements, then the two values. */
static bool take_package(struct aml a, uint8_t *slp_typ_a, uint8_t *slp_typ_b)
{
	size_t header;
	uint8_t first;
	uint8_t second;

	if (a.end - a.p < 2 || a.p[0] != AML_PACKAGE)
		return false;
	header = 2 + (a.p[1] >> PKG_LENGTH_EXTRA_SHIFT);
	if ((size_t)(a.end - a.p) <= header || a.p[header] < 2)
		return false;
	a.p += header + 1;
	if (!take_sleep_type(&a, &first) || !take_sleep_type(&a, &second))
		return false;
	*slp_typ_a = first;
	*slp_typ_b = second;
	return true;
}

enum err acpi_s5_find(const struct acpi_table *aml, uint8_t *slp_typ_a, uint8_t *slp_typ_b)
{
	const uint8_t *d = aml->data;
	const size_t name_size = 4;

	for (size_t i = ACPI_HEADER_SIZE + 1; i + name_size <= aml->size; i++) {
		struct aml rest = {d + i + name_size, d + aml->size};

		if (memcmp(d + i, "_S5_", name_size) != 0)
			continue;
		if (d[i - 1] != AML_NAME && !(d[i - 1] == AML_ROOT && d[i - 2] == AML_NAME))
			continue;
		if (take_package(rest, slp_typ_a, slp_typ_b))
			return OK;
	}
	return ERR_NOT_FOUND;
}
