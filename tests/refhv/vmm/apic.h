/* SPDX-License-Identifier: MIT */
/* The local APIC of the processor that calls. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define APIC_PAGE     0xFEE00000UL
#define APIC_EOI      0x0B0U
#define APIC_TPR      0x080U
#define APIC_LDR      0x0D0U
#define APIC_ICR_LOW  0x300U
#define APIC_ICR_HIGH 0x310U

/* Interrupt command register (APM 2, 16.5). */
#define ICR_VECTOR          0x000000FFU
#define ICR_MODE            0x00000700U
#define ICR_MODE_NMI        0x00000400U
#define ICR_MODE_INIT       0x00000500U
#define ICR_MODE_STARTUP    0x00000600U
#define ICR_LOGICAL         0x00000800U
#define ICR_ASSERT          0x00004000U
#define ICR_LEVEL           0x00008000U
#define ICR_SHORTHAND       0x000C0000U
#define ICR_SELF            0x00040000U
#define ICR_ALL             0x00080000U
#define ICR_ALL_BUT_SELF    0x000C0000U
#define ICR_XAPIC_BROADCAST 0x000000FFU

/* Where ICR_HIGH has an xAPIC's destination. */
#define XAPIC_DESTINATION_SHIFT 24

bool apic_is_x2apic(void);
uint32_t apic_read(uint32_t reg);
void apic_write(uint32_t reg, uint32_t value);

/* A register by its offset in the page, in either mode. */
uint32_t apic_register(uint32_t reg);
void apic_set_register(uint32_t reg, uint32_t value);

/* All registers as after a reset; in xAPIC mode. */
void apic_reset(uint32_t apic_id);

/* Send an interrupt command and leave the guest's destination register as it was. */
void apic_send(uint32_t destination, uint32_t command);
