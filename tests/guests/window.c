/* SPDX-License-Identifier: MIT */
/*
 * A guest with a driver: the registers of the virtio disk that it came from lie above 4 GiB, where
 * the firmware has put them (virtio 1.2, 4.1.4.3: the common configuration is first in its BAR 4).
 */
#include "tests/guests/guest.h"

#define CONFIG_ADDRESS 0xCF8U
#define CONFIG_DATA    0xCFCU
#define SLOTS          32U
#define VIRTIO         0x1AF4U
#define BAR(n)         (0x10U + 4 * (n))
#define BAR_64         0x4U
#define BAR_FLAGS      0xFU
#define STATUS         0x14U
#define ACKNOWLEDGE    1U

static uint32_t config(uint32_t slot, uint32_t reg)
{
	out32(CONFIG_ADDRESS, 0x80000000U | slot << 11 | reg);
	return in32(CONFIG_DATA);
}

void guest_main(void)
{
	uint32_t slot = 0;

	while (slot < SLOTS && (config(slot, 0) & 0xFFFF) != VIRTIO)
		slot++;
	expect("a slot of a virtio device", slot < SLOTS, true);
	expect("its BAR has 64 bits", config(slot, BAR(4)) & BAR_64, BAR_64);
	uint64_t at = (uint64_t)config(slot, BAR(5)) << 32 | (config(slot, BAR(4)) & ~BAR_FLAGS);

	expect("and lies above 4 GiB", at >> 32 != 0, true);
	AT(uint8_t, at + STATUS) = 0;
	expect("the device's status after a reset", AT(uint8_t, at + STATUS), 0);
	AT(uint8_t, at + STATUS) = ACKNOWLEDGE;
	expect("its status, written", AT(uint8_t, at + STATUS), ACKNOWLEDGE);
}
