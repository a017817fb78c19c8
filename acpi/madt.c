/* SPDX-License-Identifier: MIT */
/* Multiple APIC Description Table: which processors there are, and the mailbox that wakes them. */
#include "acpi/internal.h"

/* ACPI 6.5, 5.2.12 "Multiple APIC Description Table (MADT)" */
enum {
	MADT_FIXED_SIZE = 44,

	TYPE_LOCAL_APIC = 0,
	TYPE_LOCAL_APIC_ADDRESS_OVERRIDE = 5,
	TYPE_LOCAL_X2APIC = 9,
	TYPE_MP_WAKEUP = 0x10,

	CPU_ENABLED = 1 << 0,
};

/* Smallest sizes: 5.2.12.2, 5.2.12.8, 5.2.12.12, 5.2.12.19 */
enum { LOCAL_APIC_SIZE = 8, OVERRIDE_SIZE = 12, LOCAL_X2APIC_SIZE = 16, MP_WAKEUP_SIZE = 16 };

struct walk {
	struct acpi_madt *out;
	acpi_cpu_fn fn;
	void *ctx;
};

static void give_cpu(const struct walk *w, uint32_t apic_id, uint32_t uid, uint32_t flags,
		     bool x2apic)
{
	const struct acpi_cpu cpu = {
		.hw_id = apic_id,
		.uid = uid,
		.enabled = (flags & CPU_ENABLED) != 0,
		.x2apic = x2apic,
	};

	w->fn(w->ctx, &cpu);
}

static bool read_entry(void *ctx, const uint8_t *e, size_t size)
{
	const struct walk *w = ctx;

	switch (e[0]) {
	case TYPE_LOCAL_APIC:
		if (size < LOCAL_APIC_SIZE)
			return false;
		give_cpu(w, e[3], e[2], acpi_u32(e + 4), false);
		return true;
	case TYPE_LOCAL_APIC_ADDRESS_OVERRIDE: return size >= OVERRIDE_SIZE;
	case TYPE_LOCAL_X2APIC:
		if (size < LOCAL_X2APIC_SIZE)
			return false;
		give_cpu(w, acpi_u32(e + 4), acpi_u32(e + 12), acpi_u32(e + 8), true);
		return true;
	case TYPE_MP_WAKEUP:
		if (size < MP_WAKEUP_SIZE)
			return false;
		w->out->wakeup_mailbox = acpi_u64(e + 8);
		return true;
	default: return true;
	}
}

enum err acpi_madt_read(const struct acpi_table *table, struct acpi_madt *out, acpi_cpu_fn fn,
			void *ctx)
{
	struct walk w = {.out = out, .fn = fn, .ctx = ctx};

	*out = (struct acpi_madt){0};
	if (table->size < MADT_FIXED_SIZE)
		return ERR_TRUNCATED;
	return acpi_walk(table, MADT_FIXED_SIZE, &out->walked, read_entry, &w);
}
