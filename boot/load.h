/* SPDX-License-Identifier: MIT */
/* Another program from the image's own volume. Private to boot/. */
#pragma once

#include "boot/boot.h"

/*
 * Load the program at this path (backslashes, ASCII), with these load options; not started.
 * EFI_OUT_OF_RESOURCES, or what the firmware says.
 */
EFI_STATUS load_program(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, const char *path, const char *args,
			EFI_HANDLE *program);
/* What that status means here, in words. */
const char *load_error(EFI_STATUS status);
