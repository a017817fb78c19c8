/* SPDX-License-Identifier: MIT */
/*
 * Where the serial port is on a machine without a usual place for one: the Serial Port Console
 * Redirection Table names it, or, on Hyper-V, the Debug Port Table 2. Both are Microsoft's.
 */
#include "acpi/internal.h"

enum { UART_PL011 = 0x03, UART_SBSA_32 = 0x0D, UART_SBSA = 0x0E };

/* Generic Address Structure: ACPI 6.5, 5.2.3.2 */
enum { GAS_SPACE = 0, GAS_ADDRESS = 4, GAS_SIZE = 12 };

enum { SPCR_TYPE = 36, SPCR_ADDRESS = 40 };

/* DBG2: a header, then devices of a length each. */
enum {
	DBG2_DEVICES = 36,
	DBG2_COUNT = 40,
	DEVICE_LENGTH = 1,
	DEVICE_REGISTERS = 3,
	DEVICE_TYPE = 12,
	DEVICE_SUBTYPE = 14,
	DEVICE_ADDRESSES = 18,
	DEVICE_SIZE = 22,
	DEVICE_SERIAL = 0x8000,
};

static bool is_pl011(uint32_t type)
{
	return type == UART_PL011 || type == UART_SBSA_32 || type == UART_SBSA;
}

static enum err take(const uint8_t *gas, uint64_t *pl011)
{
	uint64_t address = acpi_u64(gas + GAS_ADDRESS);

	if (gas[GAS_SPACE] != ACPI_SPACE_MEMORY || !address)
		return ERR_NOT_FOUND;
	*pl011 = address;
	return OK;
}

enum err acpi_spcr_read(const struct acpi_table *table, uint64_t *pl011)
{
	*pl011 = 0;
	if (table->size < SPCR_ADDRESS + GAS_SIZE)
		return ERR_TRUNCATED;
	if (!is_pl011(table->data[SPCR_TYPE]))
		return ERR_NOT_FOUND;
	return take(table->data + SPCR_ADDRESS, pl011);
}

static enum err read_device(const uint8_t *d, size_t size, uint64_t *pl011)
{
	size_t at = acpi_u16(d + DEVICE_ADDRESSES);

	if (acpi_u16(d + DEVICE_TYPE) != DEVICE_SERIAL || !is_pl011(acpi_u16(d + DEVICE_SUBTYPE)) ||
	    d[DEVICE_REGISTERS] == 0 || at > size || size - at < GAS_SIZE)
		return ERR_NOT_FOUND;
	return take(d + at, pl011);
}

enum err acpi_dbg2_read(const struct acpi_table *table, uint64_t *pl011)
{
	uint32_t count;
	size_t at;

	*pl011 = 0;
	if (table->size < DBG2_COUNT + sizeof(count))
		return ERR_TRUNCATED;
	at = acpi_u32(table->data + DBG2_DEVICES);
	count = acpi_u32(table->data + DBG2_COUNT);
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *d;
		size_t size;

		if (at > table->size || table->size - at < DEVICE_SIZE)
			return ERR_TRUNCATED;
		d = table->data + at;
		size = acpi_u16(d + DEVICE_LENGTH);
		if (size < DEVICE_SIZE || size > table->size - at)
			return ERR_INVALID;
		if (read_device(d, size, pl011) == OK)
			return OK;
		at += size;
	}
	return ERR_NOT_FOUND;
}
