/* SPDX-License-Identifier: MIT */
/* The one copy of the state: the loader fills it in, and it moves into the arena with the image. */
#include "tests/refhv/aarch64/vmm/hv.h"

struct hv hv;
struct host_registers host_registers;
