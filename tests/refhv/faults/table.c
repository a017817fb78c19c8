/* SPDX-License-Identifier: MIT */
/* All knobs. docs/refhv-faults.md says what each of them does. */
#include "tests/refhv/faults/table.h"

#define OFFSET_US_MAX 3600000000UL
#define MS_MAX        600000U

#define KNOB(effect, p, q, n, k, ...) \
	[FAULT_##effect] = {.place = p, .part = q, .name = n, .kind = k, __VA_ARGS__}
#define REG(effect, name) KNOB(START_##effect, "start", "", name, REGISTER, 0, UINT64_MAX, TARGET)

const struct fault_knob fault_knobs[FAULT_EFFECTS] = {
	KNOB(CPUID_PRESENT, "cpuid", "", "present", NUMBER, 0, 0),
	KNOB(CPUID_INTERFACE, "cpuid", "", "interface", NUMBER, 0, UINT32_MAX),
	KNOB(CPUID_MAX_LEAF, "cpuid", "", "max_leaf", NUMBER, 0, UINT32_MAX),
	KNOB(CPUID_VENDOR, "cpuid", "", "vendor", WORDS, .words = {"kvm"}),
	KNOB(CPUID_ISOLATION, "cpuid", "", "isolation", NUMBER, 1, 3),
	KNOB(CPUID_LIMIT, "cpuid", "", "limit", NUMBER, 0, UINT32_MAX),
	KNOB(CPUID_BASE, "cpuid", "", "base", NUMBER, 0x40000100, 0x4000FF00),

	KNOB(OS_ID_GP, "msr", "guest_os_id", "gp", FLAG, 0, 0, TIMES),
	KNOB(OS_ID_LOST, "msr", "guest_os_id", "lost", FLAG, 0, 0, TIMES),
	KNOB(HYPERCALL_GP, "msr", "hypercall", "gp", FLAG, 0, 0, TIMES),
	KNOB(HYPERCALL_STICK, "msr", "hypercall", "stick", NUMBER, 0, 0, TIMES, 0, MSR_PAGE),
	KNOB(HYPERCALL_MOVED, "msr", "hypercall", "moved", FLAG, 0, 0, 0, 0, MSR_PAGE),
	KNOB(HYPERCALL_LOCKED, "msr", "hypercall", "locked", FLAG, 0, 0, 0, 0, MSR_PAGE),
	KNOB(HYPERCALL_ENABLED, "msr", "hypercall", "enabled", FLAG, 0, 0, 0, 0, MSR_PAGE),
	KNOB(HYPERCALL_ENABLED_LOCKED, "msr", "hypercall", "enabled_locked", FLAG, 0, 0, 0, 0,
	     MSR_PAGE),
	KNOB(VP_INDEX_GP, "msr", "vp_index", "gp", FLAG, 0, 0, VP | TIMES),

	KNOB(PAGE_FILL, "page", "", "fill", WORDS, 0, 0, 0, 0, PAGE, {"zero", "garbage"}),
	KNOB(PAGE_UD, "page", "", "ud", FLAG, 0, 0, 0, 0, PAGE),

	KNOB(MAP_STATUS, "map", "", "status", NUMBER, 1, UINT16_MAX, CALL),
	KNOB(MAP_REPS, "map", "", "reps", NUMBER, 0, 4095, CALL),
	KNOB(MAP_UNKNOWN, "map", "", "unknown", FLAG, 0, 0, APIC | CALL, APIC, ENTRY),
	KNOB(MAP_ANSWER, "map", "", "answer", NUMBER, 0, UINT32_MAX, APIC | CALL, APIC, ENTRY),
	KNOB(MAP_UNTOUCHED, "map", "", "untouched", FLAG, 0, 0, CALL),
	KNOB(MAP_UD, "map", "", "ud", FLAG, 0, 0, CALL),
	KNOB(MAP_GARBAGE, "map", "", "garbage", FLAG, 0, 0, CALL),

	KNOB(START_STATUS, "start", "", "status", NUMBER, 1, UINT16_MAX, TARGET | EFFECT),
	KNOB(START_NEVER, "start", "", "never", FLAG, 0, 0, TARGET, 0, FATE),
	KNOB(START_DELAY, "start", "", "delay", NUMBER, 1, MS_MAX, TARGET),
	KNOB(START_TWICE, "start", "", "twice", NUMBER, 0, MS_MAX, TARGET, 0, FATE),
	KNOB(START_RUNS, "start", "", "runs", NUMBER, 0, FAULT_ID_MAX, TARGET, 0, FATE),
	KNOB(START_SUSPEND, "start", "", "suspend", FLAG, 0, 0, TARGET, 0, FATE),
	KNOB(START_DIES, "start", "", "dies", WORDS, 0, 0, TARGET, CALLER, 0, {"1", "after"}),
	KNOB(START_UD, "start", "", "ud", FLAG, 0, 0, TARGET),
	KNOB(START_GARBAGE, "start", "", "garbage", FLAG, 0, 0, TARGET),
	REG(CR0, "cr0"),
	REG(CR3, "cr3"),
	REG(CR4, "cr4"),
	REG(EFER, "efer"),
	REG(RIP, "rip"),
	REG(RSP, "rsp"),
	REG(RFLAGS, "rflags"),
	REG(FS_BASE, "fs_base"),
	REG(GS_BASE, "gs_base"),
	REG(PAT, "pat"),
	REG(GDTR, "gdtr"),
	REG(IDTR, "idtr"),
	REG(TR, "tr"),
	REG(CS, "cs"),

	KNOB(CLOCK_REFERENCE, "clock", "", "reference", WORDS, .words = {"stuck", "backward"}),
	KNOB(TSC_OFFSET, "tsc", "", "offset_us", SIGNED, 0, OFFSET_US_MAX, VP, VP, CLOCK),
	KNOB(NMI, "nmi", "", "", IMPLIED, 0, 0, VP | TIMES, VP),

	KNOB(ACPI_NO_RSDP, "acpi", "", "no_rsdp", FLAG),
	KNOB(ACPI_NO_XSDT, "acpi", "", "no_xsdt", FLAG),
	KNOB(ACPI_RSDP_CHECKSUM, "acpi", "", "rsdp_checksum", FLAG),
	KNOB(ACPI_XSDT_CHECKSUM, "acpi", "", "xsdt_checksum", FLAG),
	KNOB(ACPI_MADT_CHECKSUM, "acpi", "", "madt_checksum", FLAG),
	KNOB(ACPI_MADT_LENGTH, "acpi", "", "madt_length", NUMBER, 0, UINT8_MAX),
	KNOB(ACPI_MADT_TRUNCATE, "acpi", "", "madt_truncate", FLAG),
	KNOB(ACPI_MADT_DUPLICATE, "acpi", "", "madt_duplicate", FLAG),
	KNOB(ACPI_MADT_TWIN, "acpi", "", "madt_twin", FLAG),
	KNOB(ACPI_MADT_ABSENT, "acpi", "", "madt_absent", NUMBER, 0, FAULT_ID_MAX),
	KNOB(ACPI_MADT_DISABLE, "acpi", "", "madt_disable", NUMBER, 0, FAULT_ID_MAX),
	KNOB(ACPI_MADT_CAPABLE, "acpi", "", "madt_capable", NUMBER, 0, FAULT_ID_MAX),
	KNOB(ACPI_MADT_INVALID, "acpi", "", "madt_invalid", FLAG),
	KNOB(ACPI_MADT_BSP_LAST, "acpi", "", "madt_bsp_last", FLAG, 0, 0, 0, 0, BSP),
	KNOB(ACPI_MADT_NO_BSP, "acpi", "", "madt_no_bsp", FLAG, 0, 0, 0, 0, BSP),
	KNOB(ACPI_MADT_MANY, "acpi", "", "madt_many", NUMBER, 2, 4000),
	KNOB(ACPI_MADT_WAKEUP, "acpi", "", "madt_wakeup", FLAG),
	KNOB(ACPI_SRAT, "acpi", "", "srat_disagrees", FLAG),

	KNOB(MEMORY_LOW, "memory", "", "low", WORDS, .words = {"none"}),
};

const char *fault_place(enum fault_effect effect)
{
	return fault_knobs[effect].place;
}

const char *fault_part(enum fault_effect effect)
{
	return fault_knobs[effect].part;
}

const char *fault_word(const struct fault *fault)
{
	const struct fault_knob *knob = &fault_knobs[fault->effect];

	return knob->kind == WORDS ? knob->words[fault->value] : NULL;
}

const char *fault_name(enum fault_effect effect)
{
	return fault_knobs[effect].name;
}
