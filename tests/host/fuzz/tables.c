/* SPDX-License-Identifier: MIT */
/*
 * From the RSDP to every reader, as kernel/tables.c goes. The input is physical
 * memory from BASE on, with the RSDP at its beginning; its last byte says what the harness repairs,
 * because no fuzzer guesses four checksums at once.
 */
#include "arch/arch.h"
#include "tests/host/fuzz/fuzz.h"

#define BASE 0x1000UL

enum { REPAIR_RSDP = 1 << 0, REPAIR_TABLES = 1 << 1, MAX_REPAIRS = 64 };
enum { RSDP_V1_SIZE = 20, RSDP_CHECKSUM = 8, RSDP_RSDT = 16, RSDP_LENGTH = 20, RSDP_XSDT = 24 };
enum { RSDP_EXTENDED_CHECKSUM = 32, RSDP_V2_SIZE = 36, LENGTH = 4, CHECKSUM = 9, FADT_DSDT = 40 };

struct memory {
	uint8_t *bytes;
	size_t size;
	size_t looks;
};

static const void *at(void *ctx, uint64_t pa, size_t size)
{
	struct memory *m = ctx;

	ENSURE(pa + size >= pa); /* the readers must not ask for what wraps around */
	m->looks++;
	if (!arch_is_physical(pa, size)) /* as the kernel's, with the kernel's own check */
		return NULL;
	if (pa < BASE || pa - BASE > m->size || size > m->size - (pa - BASE))
		return NULL;
	return m->bytes + (pa - BASE);
}

static uint64_t get(const uint8_t *p, size_t bytes)
{
	uint64_t value = 0;

	memcpy(&value, p, bytes);
	return value;
}

static uint8_t sum(const uint8_t *p, size_t size)
{
	uint8_t s = 0;

	for (size_t i = 0; i < size; i++)
		s = (uint8_t)(s + p[i]);
	return s;
}

static void repair(uint8_t *p, size_t size, size_t checksum)
{
	p[checksum] = (uint8_t)(p[checksum] - sum(p, size));
}

/* A table's own checksum; returns its size, 0 if there is no whole table at pa. */
static size_t repair_table(struct memory *m, uint64_t pa)
{
	size_t size;

	if (pa < BASE || pa - BASE > m->size || !at(m, pa, FUZZ_HEADER_SIZE))
		return 0;
	size = get(m->bytes + (pa - BASE) + LENGTH, 4);
	if (size < FUZZ_HEADER_SIZE || !at(m, pa, size))
		return 0;
	repair(m->bytes + (pa - BASE), size, CHECKSUM);
	return size;
}

static void repair_tree(struct memory *m, uint64_t root, size_t width)
{
	size_t size = repair_table(m, root);

	for (size_t i = FUZZ_HEADER_SIZE, n = 0; i + width <= size && n < MAX_REPAIRS;
	     i += width, n++) {
		uint64_t pa = get(m->bytes + (root - BASE) + i, width);

		if (repair_table(m, pa) > FADT_DSDT + 4)
			(void)repair_table(m, get(m->bytes + (pa - BASE) + FADT_DSDT, 4));
	}
	(void)repair_table(m, root);
}

static void repair_all(struct memory *m, uint8_t what)
{
	uint8_t *p = m->bytes;

	if (m->size < RSDP_V2_SIZE)
		return;
	if (what & REPAIR_TABLES) {
		repair_tree(m, get(p + RSDP_RSDT, 4), 4);
		repair_tree(m, get(p + RSDP_XSDT, 8), 8);
	}
	if (what & REPAIR_RSDP) {
		size_t size = get(p + RSDP_LENGTH, 4);

		repair(p, RSDP_V1_SIZE, RSDP_CHECKSUM);
		if (size >= RSDP_V2_SIZE && size <= m->size)
			repair(p, size, RSDP_EXTENDED_CHECKSUM);
	}
}

static void on_cpu(void *ctx, const struct acpi_cpu *cpu)
{
	(void)ctx;
	(void)cpu;
}

static void on_affinity(void *ctx, uint32_t apic_id, uint32_t domain)
{
	(void)ctx;
	(void)apic_id;
	(void)domain;
}

static void on_memory(void *ctx, const struct acpi_memory_affinity *memory)
{
	(void)ctx;
	(void)memory;
}

static const struct acpi_srat_fns srat_fns = {on_affinity, on_affinity, on_memory};

static void check_table(const struct memory *m, const struct acpi_table *t, const char *signature)
{
	ENSURE(t->data >= m->bytes && t->size <= m->size);
	ENSURE((size_t)(t->data - m->bytes) <= m->size - t->size);
	ENSURE(t->size >= FUZZ_HEADER_SIZE && t->size == get(t->data + LENGTH, 4));
	ENSURE(!memcmp(t->data, signature, 4));
	ENSURE(t->bad_sum == (sum(t->data, t->size) != 0));
}

static bool find(const struct acpi *a, struct memory *m, const char *signature,
		 struct acpi_table *table)
{
	enum err e = acpi_find(a, signature, table);

	ENSURE(e == OK || e == ERR_NOT_FOUND || e == ERR_TRUNCATED);
	ENSURE(e == OK || (!table->data && !table->size));
	if (e == OK)
		check_table(m, table, signature);
	return e == OK;
}

static void read_all(const struct acpi *a, struct memory *m)
{
	struct acpi_walked walked;
	struct acpi_table table;
	struct acpi_madt madt;
	struct acpi_fadt fadt;
	uint8_t slp_typ[2];
	size_t next = 0;

	if (find(a, m, "APIC", &table))
		(void)acpi_madt_read(&table, &madt, on_cpu, NULL);
	if (find(a, m, "SRAT", &table))
		(void)acpi_srat_read(&table, &walked, &srat_fns, NULL);
	while (acpi_next(a, "SSDT", &next, &table) == OK) {
		check_table(m, &table, "SSDT");
		(void)acpi_s5_find(&table, &slp_typ[0], &slp_typ[1]);
	}
	if (!find(a, m, "FACP", &table) || acpi_fadt_read(&table, &fadt) != OK)
		return;
	if (acpi_load(a, fadt.dsdt ? fadt.dsdt : fadt.dsdt_32, "DSDT", &table) != OK)
		return;
	check_table(m, &table, "DSDT");
	(void)acpi_s5_find(&table, &slp_typ[0], &slp_typ[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory m = {.bytes = fuzz_copy(data, size), .size = size};
	const struct acpi_memory memory = {at, &m};
	struct acpi acpi;

	if (size)
		repair_all(&m, data[size - 1]);
	m.looks = 0;
	if (acpi_open(&acpi, &memory, BASE) == OK) {
		ENSURE(acpi.root != 0 && acpi.mem.ctx == &m);
		ENSURE(acpi.is_xsdt || acpi.revision < 2 || acpi.odd & ACPI_ODD_XSDT);
		read_all(&acpi, &m);
	}
	/* Two lists that are tried, and four searches, of three looks an entry. */
	ENSURE(m.looks <= 16 + 4 * (size + 8));
	free(m.bytes);
	return 0;
}
