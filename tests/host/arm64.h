/* SPDX-License-Identifier: MIT */
/*
 * Included first where a file is compiled as if for ARM64. The system's headers go by the
 * compiler's macros and are for this machine, so all that are wanted stand before the change.
 */
#pragma once

#include "tests/host/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
