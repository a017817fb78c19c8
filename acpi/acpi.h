/* SPDX-License-Identifier: MIT */
/*
 * Pure readers of ACPI tables: no side effects, no global state, never a byte read outside what
 * `at` allows. They run as they are on the host and under a fuzzer. Source: ACPI Specification 6.5,
 * chapter 5. All numbers are in host byte order on return.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/tally.h"

/* Physical memory as the caller sees it: at() gives a pointer to [pa, pa + size), or NULL. */
struct acpi_memory {
	const void *(*at)(void *ctx, uint64_t pa, size_t size);
	void *ctx;
};

/* What is odd on the way to the tables, and cost nothing but a word. */
enum {
	ACPI_ODD_RSDP_SUM = 1 << 0,    /* of its first 20 bytes */
	ACPI_ODD_RSDP_LENGTH = 1 << 1, /* below its own fields, or beyond memory */
	ACPI_ODD_RSDP_SUM_ALL = 1 << 2,
	ACPI_ODD_XSDT = 1 << 3, /* of no use (xsdt_error): the RSDT is read instead */
	ACPI_ODD_ROOT_SUM = 1 << 4,
};

struct acpi {
	struct acpi_memory mem;
	uint8_t revision; /* of the RSDP */
	uint64_t root;    /* physical address of the XSDT or RSDT */
	bool is_xsdt;
	unsigned int odd; /* ACPI_ODD_... */
	enum err xsdt_error;
	struct tally nowhere; /* addresses in XSDT and RSDT that lead to no memory */
};

struct acpi_table {
	const uint8_t *data; /* the whole table, header included */
	size_t size;
	bool bad_sum; /* its bytes do not sum to 0, which says nothing about what is in them */
};

/*
 * Find the XSDT, else the RSDT: the first of them that leads to a whole table. Bounds, signatures
 * and structure decide; a wrong checksum or length of the RSDP is noted in a->odd.
 * ERR_NOT_FOUND: rsdp is 0 or no RSDP is there; ERR_TRUNCATED, ERR_INVALID: no usable root.
 */
enum err acpi_open(struct acpi *a, const struct acpi_memory *mem, uint64_t rsdp);

/*
 * The next table with this signature; *at is 0 at first, and whoever calls keeps it.
 * ERR_TRUNCATED: one that is not whole, behind which there may be others. ERR_NOT_FOUND: no more.
 */
enum err acpi_next(const struct acpi *a, const char signature[4], size_t *at,
		   struct acpi_table *out);

/*
 * The first whole table with this signature and a right checksum; if there is none among the first
 * few, the first whole one. ERR_NOT_FOUND; ERR_TRUNCATED if none is whole.
 */
enum err acpi_find(const struct acpi *a, const char signature[4], struct acpi_table *out);

/*
 * The table at a known address, e.g. the DSDT that the FADT names. ERR_NOT_FOUND: another
 * signature; ERR_TRUNCATED.
 */
enum err acpi_load(const struct acpi *a, uint64_t pa, const char signature[4],
		   struct acpi_table *out);

/*
 * How far the entries of a table could be read: stopped_at is the byte at which no entry can be, 0
 * if all were seen; too_short ones were left out.
 */
struct acpi_walked {
	size_t entries, too_short, stopped_at;
};

/* --- MADT ---------------------------------------------------------------------------------- */
struct acpi_cpu {
	uint64_t hw_id; /* APIC id; MPIDR of a GICC entry */
	uint32_t uid;
	bool enabled; /* flags bit 0 */
	bool x2apic;  /* a type 9 entry */
};

struct acpi_madt {
	uint64_t wakeup_mailbox; /* type 0x10 structure's mailbox, 0 if none */
	struct acpi_walked walked;
};

typedef void (*acpi_cpu_fn)(void *ctx, const struct acpi_cpu *cpu);

/*
 * Walk the table; every type 0 and type 9 entry is handed to fn, in order, also disabled ones.
 * ERR_TRUNCATED (the table ends inside an entry) or ERR_INVALID (entry length 0 or 1): what came
 * before the bad entry has been handed over and *out is filled. An entry too short for its type is
 * left out, the rest is read, and the result is ERR_INVALID.
 */
enum err acpi_madt_read(const struct acpi_table *table, struct acpi_madt *out, acpi_cpu_fn fn,
			void *ctx);

/* --- a MADT with a mailbox ----------------------------------------------------------------- */
struct acpi_mailbox {
	uint64_t address;      /* of the mailbox: 4 KiB, aligned to that, in ACPI NVS memory */
	uint64_t reset_vector; /* where a processor jumps that is to be parked again */
};

enum { ACPI_MAILBOX_ENTRY = 24 };

/*
 * A copy of the table, and behind its last readable entry a multiprocessor wake-up structure
 * (version 1); sealed. out: table->size + ACPI_MAILBOX_ENTRY bytes, of which the result are used.
 */
size_t acpi_madt_add_mailbox(const struct acpi_table *madt, const struct acpi_mailbox *mailbox,
			     uint8_t *out);

/*
 * Every processor of the table that may run, now or later, and for which stays() is false, may do
 * neither any more; sealed again. How many entries that were.
 */
size_t acpi_madt_strike(uint8_t *madt, size_t size, bool (*stays)(void *ctx, uint32_t apic_id),
			void *ctx);

/*
 * In RSDT and XSDT: the table at `to`, below 4 GiB, in the place of the one at `from`; sealed
 * again. mem: memory that can be written. False: neither lists it.
 */
bool acpi_replace_table(const struct acpi_memory *mem, uint64_t rsdp, uint64_t from, uint64_t to);

/* --- MADT of ARM ----------------------------------------------------------------------------- */
struct acpi_gic {
	uint64_t distributor; /* type 0x0C, 0 if none */
	uint8_t version;      /* 0: not told */
	struct acpi_walked walked;
};

struct acpi_gic_fns {
	void (*cpu)(void *ctx, const struct acpi_cpu *cpu);
	/* Redistributors: of one processor (size 0: told by type 0x0B), or of many (0x0E). */
	void (*redistributors)(void *ctx, uint64_t base, uint32_t size);
};

/*
 * Walk the table; every type 0x0B entry (GICC) is handed to fns->cpu, in order, also disabled ones.
 * A NULL function leaves out its kind. Errors as acpi_madt_read.
 */
enum err acpi_gic_read(const struct acpi_table *table, struct acpi_gic *out,
		       const struct acpi_gic_fns *fns, void *ctx);

/* --- SRAT ---------------------------------------------------------------------------------- */
struct acpi_memory_affinity {
	uint64_t base, size;
	uint32_t domain;
	bool hot_pluggable; /* room for memory that may come */
};

struct acpi_srat_fns {
	void (*cpu)(void *ctx, uint32_t apic_id, uint32_t domain);
	void (*gicc)(void *ctx, uint32_t uid, uint32_t domain); /* by ACPI processor UID */
	void (*memory)(void *ctx, const struct acpi_memory_affinity *memory);
};

/*
 * Enabled affinity entries of processors (types 0 and 2; 3 of ARM) and of memory (type 1: any base
 * and size).
 * A NULL function leaves out its kind. *out is filled in any case; errors as acpi_madt_read.
 */
enum err acpi_srat_read(const struct acpi_table *table, struct acpi_walked *out,
			const struct acpi_srat_fns *fns, void *ctx);

/* --- FADT ---------------------------------------------------------------------------------- */
enum { ACPI_SPACE_MEMORY = 0, ACPI_SPACE_IO = 1 };

struct acpi_register {
	bool present;
	uint8_t space; /* ACPI_SPACE_... */
	uint64_t address;
};

struct acpi_fadt {
	struct acpi_register pm_timer;
	bool pm_timer_32bit;        /* flags bit 8, else 24 bits */
	struct acpi_register reset; /* present only if flags bit 10 says so */
	uint8_t reset_value;
	struct acpi_register pm1a_control, pm1b_control;
	bool hw_reduced; /* flags bit 20 */
	/* Physical addresses, 0 if none: the 64-bit field, and the 32-bit one. */
	uint64_t dsdt, dsdt_32;
	uint64_t facs;
	bool psci, psci_by_hvc; /* ARM boot flags; without the second the conduit is SMC */
	uint64_t hypervisor;    /* vendor identity, as its eight letters lie in memory; 0: none */
};

enum err acpi_fadt_read(const struct acpi_table *table, struct acpi_fadt *out);

/* --- SPCR, DBG2 ----------------------------------------------------------------------------- */

/* The registers of the PL011 (or the SBSA's part of it) that the table names. ERR_NOT_FOUND. */
enum err acpi_spcr_read(const struct acpi_table *table, uint64_t *pl011);
enum err acpi_dbg2_read(const struct acpi_table *table, uint64_t *pl011);

/* --- \_S5 ----------------------------------------------------------------------------------- */

/*
 * SLP_TYPa and SLP_TYPb of the \_S5 package, found in the byte code of DSDT or SSDT by its NameOp.
 * ERR_NOT_FOUND if it is not there in the plain form.
 */
enum err acpi_s5_find(const struct acpi_table *aml, uint8_t *slp_typ_a, uint8_t *slp_typ_b);
