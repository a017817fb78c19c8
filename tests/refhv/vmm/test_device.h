/* SPDX-License-Identifier: MIT */
/* testdev=on: what kvm-unit-tests expect of KVM, and no Hyper-V has. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Let writes to its port leave the guest. */
void test_device_begin(void);

/* Is it this port's? If so, `value` is a command. */
bool test_device_write(uint16_t port, uint32_t value);

/* Is a VMMCALL from elsewhere than the hypercall page KVM's? If so, its answer. */
bool test_device_call(uint64_t number, uint64_t *answer);
