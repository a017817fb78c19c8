/* SPDX-License-Identifier: MIT */
/* A MADT that is wrong, and an SRAT that disagrees with it. */
#include "tests/refhv/faults/acpi.h"

/* ACPI 6.4, 5.2.12: the MADT. */
#define MADT_ENTRIES        44U /* after the header: local APIC address, flags */
#define TYPE_LOCAL_APIC     0U
#define TYPE_LOCAL_X2APIC   9U
#define TYPE_WAKEUP         0x10U
#define LENGTH_LOCAL_APIC   8U
#define LENGTH_LOCAL_X2APIC 16U
#define LENGTH_WAKEUP       16U
#define ENABLED             1U
#define ONLINE_CAPABLE      2U
#define XAPIC_BROADCAST     0xFFU
#define X2APIC_BROADCAST    0xFFFFFFFFU
#define MANY_FIRST_ID       0x1000U /* of madt_many: no processor's */
#define WAKEUP_MAILBOX      0x9F000U
#define TRUNCATED_ENTRY     3U

/* ACPI 6.4, 5.2.16: the SRAT. */
#define SRAT_ENTRIES    48U
#define SRAT_LENGTH_CPU 16U
#define SRAT_REVISION   3U
#define SRAT_OTHER_ID   100U

struct out {
	uint8_t *table;
	size_t size;
	uint32_t processors; /* enabled ones */
	size_t second;       /* where the second one stands, 0: there is none */
	size_t last;
};

static void put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool is_processor(const uint8_t *entry)
{
	return (entry[0] == TYPE_LOCAL_APIC && entry[1] == LENGTH_LOCAL_APIC) ||
	       (entry[0] == TYPE_LOCAL_X2APIC && entry[1] == LENGTH_LOCAL_X2APIC);
}

static uint32_t processor_id(const uint8_t *entry)
{
	return entry[0] == TYPE_LOCAL_APIC ? entry[3] : get32(entry + 4);
}

static uint8_t *processor_flags(uint8_t *entry)
{
	return entry + (entry[0] == TYPE_LOCAL_APIC ? 4 : 8);
}

static void put_entry(struct out *out, const uint8_t *entry, uint8_t length)
{
	uint8_t *to = out->table + out->size;

	if (out->size + length > ACPI_TABLE_MAX)
		return;
	for (uint8_t i = 0; i < length; i++)
		to[i] = entry[i];
	if (is_processor(to) && *processor_flags(to) & ENABLED) {
		if (++out->processors == 2)
			out->second = out->size;
		out->last = out->size;
	}
	out->size += length;
}

static void put_processor(struct out *out, uint8_t type, uint32_t id, uint32_t uid)
{
	uint8_t entry[LENGTH_LOCAL_X2APIC] = {type, LENGTH_LOCAL_X2APIC};

	if (type == TYPE_LOCAL_APIC) {
		entry[1] = LENGTH_LOCAL_APIC;
		entry[2] = (uint8_t)uid;
		entry[3] = (uint8_t)id;
		put32(entry + 4, ENABLED);
	} else {
		put32(entry + 4, id);
		put32(entry + 8, ENABLED);
		put32(entry + 12, uid);
	}
	put_entry(out, entry, entry[1]);
}

/* Flags of the processors that the configuration names. */
static void change_flags(const struct faults *faults, uint8_t *entry)
{
	for (uint32_t i = 0; i < faults->count; i++) {
		const struct fault *fault = &faults->list[i];

		if (fault->value != processor_id(entry))
			continue;
		if (fault->effect == FAULT_ACPI_MADT_DISABLE)
			put32(processor_flags(entry), 0);
		if (fault->effect == FAULT_ACPI_MADT_CAPABLE)
			put32(processor_flags(entry), ONLINE_CAPABLE);
	}
}

/* The firmware's entries. The BSP's goes to `bsp_entry` if a fault moves or removes it. */
static void copy_entries(const struct faults *faults, const struct acpi_header *from, uint32_t bsp,
			 struct out *out, uint8_t *bsp_entry)
{
	const uint8_t *table = (const uint8_t *)from;
	bool takes_bsp = fault_is_set(faults, FAULT_ACPI_MADT_BSP_LAST) ||
			 fault_is_set(faults, FAULT_ACPI_MADT_NO_BSP);
	uint8_t entry[UINT8_MAX];

	for (size_t at = MADT_ENTRIES; at + 2 <= from->length; at += entry[1]) {
		uint8_t length = table[at + 1];

		if (length < 2 || at + length > from->length)
			break;
		for (uint8_t i = 0; i < length; i++)
			entry[i] = table[at + i];
		if (!is_processor(entry)) {
			put_entry(out, entry, length);
			continue;
		}
		change_flags(faults, entry);
		if (takes_bsp && processor_id(entry) == bsp)
			for (uint8_t i = 0; i < length; i++)
				bsp_entry[i] = entry[i];
		else
			put_entry(out, entry, length);
	}
}

static void add_twins(struct out *out)
{
	size_t end = out->size;

	for (size_t at = MADT_ENTRIES; at < end; at += out->table[at + 1]) {
		uint8_t *entry = out->table + at;

		if (entry[0] == TYPE_LOCAL_APIC && *processor_flags(entry) & ENABLED)
			put_processor(out, TYPE_LOCAL_X2APIC, entry[3], entry[2]);
	}
}

static void add_one(struct out *out, const struct fault *fault)
{
	static const uint8_t wakeup[LENGTH_WAKEUP] = {TYPE_WAKEUP,
						      LENGTH_WAKEUP,
						      0,
						      0,
						      0,
						      0,
						      0,
						      0,
						      WAKEUP_MAILBOX & 0xFF,
						      WAKEUP_MAILBOX >> 8 & 0xFF,
						      WAKEUP_MAILBOX >> 16};
	uint32_t id = (uint32_t)fault->value;

	switch (fault->effect) {
	case FAULT_ACPI_MADT_DUPLICATE:
		if (out->last)
			put_entry(out, out->table + out->last, out->table[out->last + 1]);
		break;
	case FAULT_ACPI_MADT_TWIN: add_twins(out); break;
	case FAULT_ACPI_MADT_ABSENT:
		put_processor(out, id < XAPIC_BROADCAST ? TYPE_LOCAL_APIC : TYPE_LOCAL_X2APIC, id,
			      id);
		break;
	case FAULT_ACPI_MADT_INVALID:
		put_processor(out, TYPE_LOCAL_APIC, XAPIC_BROADCAST, XAPIC_BROADCAST);
		put_processor(out, TYPE_LOCAL_X2APIC, X2APIC_BROADCAST, X2APIC_BROADCAST);
		break;
	case FAULT_ACPI_MADT_MANY:
		while (out->processors < fault->value && out->size + UINT8_MAX < ACPI_TABLE_MAX)
			put_processor(out, TYPE_LOCAL_X2APIC, MANY_FIRST_ID + out->processors,
				      MANY_FIRST_ID + out->processors);
		break;
	case FAULT_ACPI_MADT_WAKEUP: put_entry(out, wakeup, LENGTH_WAKEUP); break;
	default: break;
	}
}

static const struct fault *find(const struct faults *faults, enum fault_effect effect)
{
	for (uint32_t i = 0; i < faults->count; i++)
		if (faults->list[i].effect == effect)
			return &faults->list[i];
	return NULL;
}

size_t madt_rewrite(const struct faults *faults, const struct acpi_header *from, uint32_t bsp,
		    void *to)
{
	struct out out = {.table = to, .size = MADT_ENTRIES};
	const struct fault *length = find(faults, FAULT_ACPI_MADT_LENGTH);
	uint8_t bsp_entry[UINT8_MAX] = {0};

	for (size_t i = 0; i < MADT_ENTRIES; i++)
		out.table[i] = ((const uint8_t *)from)[i];
	copy_entries(faults, from, bsp, &out, bsp_entry);
	for (uint32_t i = 0; i < faults->count; i++)
		add_one(&out, &faults->list[i]);
	if (bsp_entry[1] && find(faults, FAULT_ACPI_MADT_BSP_LAST))
		put_entry(&out, bsp_entry, bsp_entry[1]);
	if (length && out.second)
		out.table[out.second + 1] = (uint8_t)length->value;
	if (find(faults, FAULT_ACPI_MADT_TRUNCATE) && out.last)
		out.size = out.last + TRUNCATED_ENTRY;
	((struct acpi_header *)to)->length = (uint32_t)out.size;
	return out.size;
}

size_t srat_disagree(const struct acpi_header *madt, void *to)
{
	const uint8_t *table = (const uint8_t *)madt;
	struct acpi_header *header = to;
	uint8_t *entry = (uint8_t *)to + SRAT_ENTRIES;

	for (size_t i = 0; i < SRAT_ENTRIES; i++)
		((uint8_t *)to)[i] = 0;
	*header = *madt;
	header->signature[0] = 'S';
	header->signature[1] = 'R';
	header->signature[2] = 'A';
	header->signature[3] = 'T';
	header->revision = SRAT_REVISION;
	put32((uint8_t *)(header + 1), 1); /* reserved, must be 1 */
	for (size_t at = MADT_ENTRIES; at + 2 <= madt->length && table[at + 1] >= 2;
	     at += table[at + 1]) {
		if (!is_processor(table + at) ||
		    entry + SRAT_LENGTH_CPU > (uint8_t *)to + ACPI_TABLE_MAX)
			continue;
		for (size_t i = 0; i < SRAT_LENGTH_CPU; i++)
			entry[i] = 0;
		entry[1] = SRAT_LENGTH_CPU; /* type 0: processor affinity */
		entry[2] = 1;               /* proximity domain */
		entry[3] = (uint8_t)(processor_id(table + at) + SRAT_OTHER_ID);
		put32(entry + 4, ENABLED);
		entry += SRAT_LENGTH_CPU;
	}
	header->length = (uint32_t)(entry - (uint8_t *)to);
	return header->length;
}

void acpi_seal(void *table, size_t bytes, size_t at, bool is_wrong)
{
	uint8_t *b = table;
	uint8_t sum = 0;

	b[at] = 0;
	for (size_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + b[i]);
	b[at] = (uint8_t)((is_wrong ? 1 : 0) - sum);
}
