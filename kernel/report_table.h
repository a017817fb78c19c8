/* SPDX-License-Identifier: MIT */
/*
 * For programs that were handed the processors (payload=): the report, found in the UEFI
 * configuration table under this GUID, when boot services have ended. Stands alone, as C and C++.
 */
#pragma once

#include <stdint.h>

/* 5d9f0c3a-71e4-4b6c-9c0e-2f5b8a64d713 */
#define HVSMP_REPORT_GUID                                                      \
	{                                                                      \
		0x5d9f0c3aU, 0x71e4U, 0x4b6cU,                                 \
		{                                                              \
			0x9cU, 0x0eU, 0x2fU, 0x5bU, 0x8aU, 0x64U, 0xd7U, 0x13U \
		}                                                              \
	}

#define HVSMP_REPORT_SIGNATURE 0x52535648U /* "HVSR" */
#define HVSMP_REPORT_VERSION   1U

/* Below 4 GiB, in ACPI reclaim memory. The text is behind it: JSON, as docs/report.md has it. */
struct hvsmp_report_table {
	uint32_t signature;
	uint32_t version;
	uint64_t size; /* bytes of the text, without a NUL; 0 until boot services end */
};
