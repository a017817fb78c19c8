/* SPDX-License-Identifier: MIT */
/* Where the hypervisor's state lies: in the image, and so in its copy as well. */
#include "tests/refhv/vmm/state.h"

struct refhv hv;
