/* SPDX-License-Identifier: MIT */
/*
 * The firmware's tables: found, and what is odd about them said. A wrong checksum costs a warning,
 * an address that leads nowhere costs what stands there, and neither costs a processor.
 */
#include "kernel/platform.h"

#include "kernel/setup.h"
#include "lib/log.h"
#include "lib/string.h"

enum { FACS_SIZE = 64, PORTS = 0x10000, PORT_WIDTH = 4 };
/* How much is looked at of what firmware may name a million times. */
enum { MADTS_MAX = 8, SSDT_BYTES_MAX = 32 << 20 };

static void say_sum(const char *signature, const struct acpi_table *table)
{
	if (table->bad_sum)
		log_warn("ACPI table %.4s: wrong checksum: used all the same", signature);
}

static void say_root(const struct acpi *a)
{
	char text[TALLY_TEXT_SIZE];

	if (a->odd & ACPI_ODD_RSDP_SUM)
		log_warn("ACPI root pointer: wrong checksum: used all the same");
	if (a->odd & ACPI_ODD_RSDP_LENGTH)
		log_warn("ACPI root pointer: wrong length: used all the same");
	if (a->odd & ACPI_ODD_RSDP_SUM_ALL)
		log_warn("ACPI root pointer: wrong extended checksum: used all the same");
	if (a->odd & ACPI_ODD_XSDT)
		log_warn("ACPI table XSDT: %s: the RSDT is read instead", err_name(a->xsdt_error));
	if (a->odd & ACPI_ODD_ROOT_SUM)
		log_warn("ACPI table %s: wrong checksum: used all the same",
			 a->is_xsdt ? "XSDT" : "RSDT");
	if (a->nowhere.count)
		log_warn("ACPI: %lu addresses of tables are no memory: passed over, %s",
			 (unsigned long)a->nowhere.count, tally_text(&a->nowhere, TALLY_HEX, text));
}

static bool find(const struct platform *p, const char *signature, struct acpi_table *out)
{
	enum err e = acpi_find(&p->acpi, signature, out);

	if (e && e != ERR_NOT_FOUND)
		log_warn("ACPI table %s: %s", signature, err_name(e));
	else if (e)
		log_debug("ACPI table %s: none", signature);
	else
		log_debug("ACPI table %s: %lu bytes at 0x%lx", signature, (unsigned long)out->size,
			  (unsigned long)out->data);
	if (!e)
		say_sum(signature, out);
	return !e;
}

/* Firmware with two MADTs has its reasons for both, which nobody can guess. */
static void compare_madts(const struct platform *p)
{
	struct acpi_table other;
	size_t count = 0;
	size_t at = 0;

	for (int i = 0; i < MADTS_MAX; i++) {
		enum err e = acpi_next(&p->acpi, "APIC", &at, &other);

		if (e == ERR_NOT_FOUND)
			break;
		if (!e && (other.size != p->madt.size ||
			   memcmp(other.data, p->madt.data, other.size) != 0))
			count++;
	}
	if (count)
		log_warn("ACPI: %lu more tables APIC that differ: the one at 0x%lx, %lu bytes, "
			 "is read",
			 (unsigned long)count, (unsigned long)p->madt.data,
			 (unsigned long)p->madt.size);
}

/* The listed one is the payload's where there is one. */
static bool find_madt(struct platform *p, const struct boot_hand_off *hand_off)
{
	if (hand_off)
		return !acpi_load(&p->acpi, hand_off->firmware_madt, "APIC", &p->madt);
	if (!find(p, "APIC", &p->madt))
		return false;
	compare_madts(p);
	return true;
}

/* --- the FADT --------------------------------------------------------------------------------- */

static void check_register(const char *name, struct acpi_register *r)
{
	bool good = r->space == ACPI_SPACE_IO ? r->address <= PORTS - PORT_WIDTH
					      : arch_is_physical(r->address, PORT_WIDTH);

	if (!r->present || good)
		return;
	log_warn("FADT: %s at 0x%lx: there is no such %s: not used", name,
		 (unsigned long)r->address, r->space == ACPI_SPACE_IO ? "port" : "address");
	r->present = false;
}

static void check_fadt(struct acpi_fadt *f)
{
	check_register("PM timer", &f->pm_timer);
	check_register("reset register", &f->reset);
	check_register("PM1a control register", &f->pm1a_control);
	check_register("PM1b control register", &f->pm1b_control);
	/* Nothing is read from it, but who does would like to know. */
	if (f->facs && !arch_is_physical(f->facs, FACS_SIZE))
		log_warn("FADT: FACS at 0x%lx: that is no memory", (unsigned long)f->facs);
}

static enum err load_dsdt(const struct platform *p, uint64_t pa, struct acpi_table *out)
{
	enum err e = pa ? acpi_load(&p->acpi, pa, "DSDT", out) : ERR_NOT_FOUND;

	if (pa && e)
		log_warn("FADT: DSDT at 0x%lx: %s", (unsigned long)pa, err_name(e));
	else if (pa)
		say_sum("DSDT", out);
	return e;
}

static bool take_s5(struct platform *p, const struct acpi_table *aml)
{
	p->has_s5 = !acpi_s5_find(aml, &p->slp_typ[0], &p->slp_typ[1]);
	return p->has_s5;
}

/* \_S5 is in the DSDT, or in an SSDT where the maker of the board had the last word. */
static void find_s5(struct platform *p)
{
	struct acpi_table aml;
	struct tally bad_sum = {0};
	char text[TALLY_TEXT_SIZE];
	size_t bytes = 0;
	size_t at = 0;
	enum err e;

	if (!load_dsdt(p, p->fadt.dsdt, &aml) ||
	    (p->fadt.dsdt_32 != p->fadt.dsdt && !load_dsdt(p, p->fadt.dsdt_32, &aml))) {
		if (take_s5(p, &aml))
			return;
	}
	while (!p->has_s5 && bytes < SSDT_BYTES_MAX &&
	       (e = acpi_next(&p->acpi, "SSDT", &at, &aml)) != ERR_NOT_FOUND) {
		if (e)
			continue;
		bytes += aml.size;
		if (aml.bad_sum)
			tally_add(&bad_sum, (uint64_t)aml.data);
		(void)take_s5(p, &aml);
	}
	if (bad_sum.count)
		log_warn("ACPI: %lu tables SSDT have a wrong checksum: used all the same, at %s",
			 (unsigned long)bad_sum.count, tally_text(&bad_sum, TALLY_HEX, text));
}

static void read_fadt(struct platform *p)
{
	struct acpi_table fadt;
	enum err e;

	if (!find(p, "FACP", &fadt))
		return;
	e = acpi_fadt_read(&fadt, &p->fadt);
	if (e) {
		log_warn("FADT: %s: not used", err_name(e));
		return;
	}
	p->has_fadt = true;
	p->hypervisor.fadt_vendor = p->fadt.hypervisor;
	check_fadt(&p->fadt);
	find_s5(p);
	if (p->has_s5)
		log_debug("\\_S5: found, sleep types %u and %u", p->slp_typ[0], p->slp_typ[1]);
	else
		log_debug("\\_S5: none");
}

void platform_find_tables(struct platform *p, const struct boot_info *boot)
{
	struct acpi_memory memory = memory_for_acpi(boot);
	enum err e = acpi_open(&p->acpi, &memory, boot->rsdp);

	say_root(&p->acpi);
	if (e) {
		log_warn("ACPI root pointer at 0x%lx: %s: only the boot processor is known",
			 (unsigned long)boot->rsdp, err_name(e));
	} else {
		p->has_madt = find_madt(p, boot->hand_off);
		if (!p->has_madt)
			log_warn("no usable MADT: only the boot processor is known");
		p->has_srat = find(p, "SRAT", &p->srat);
		read_fadt(p);
	}
	memory_say_tables();
}
