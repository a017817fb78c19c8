/* SPDX-License-Identifier: MIT */
/*
 * What GNU-EFI's headers ask of an architecture: names for the types of the UEFI specification
 * (2.10, 2.3.1). Written here so that no header of a foreign architecture has to be installed; the
 * calling convention is the compiler's own (2.3.6).
 */
#pragma once

#include <stdint.h>

typedef uint64_t UINT64;
typedef int64_t INT64;
typedef uint32_t UINT32;
typedef int32_t INT32;
typedef uint16_t UINT16;
typedef int16_t INT16;
typedef uint8_t UINT8;
typedef int8_t INT8;
typedef int64_t INTN;
typedef uint64_t UINTN;
typedef __WCHAR_TYPE__ WCHAR;

#define VOID void
#define EFIAPI
#define BOOTSERVICE
#define RUNTIMESERVICE
#define RUNTIMEFUNCTION

#define EFIERR(a)          (0x8000000000000000 | (a))
#define EFI_ERROR_MASK     0x8000000000000000
#define EFIERR_OEM(a)      (0xc000000000000000 | (a))
#define BAD_POINTER        0xFBFBFBFBFBFBFBFB
#define MAX_ADDRESS        0xFFFFFFFFFFFFFFFF
#define MIN_ALIGNMENT_SIZE 8

#define INTERFACE_DECL(x)  struct x
