/* SPDX-License-Identifier: MIT */
/*
 * refhv for ARM64: start reading here. The firmware starts it at EL2, as an application; it sets
 * itself up, drops the firmware and itself to EL1 as its guest, and there starts the image under
 * test.
 */
#include "tests/refhv/aarch64/loader/load.h"

#include "tests/refhv/log.h"

#define VERSION    1
#define VP_SIZE    (sizeof(struct vp) + 4 * PAGE_SIZE) /* with its stack, and rounded up */
#define OTHER_SIZE (16 * PAGE_SIZE)                    /* tables */

static struct line line;

static void check_processor(void)
{
	if (READ_SYSREG(CurrentEL) != CURRENT_EL2)
		log_fatal("processor_is_not_at_el2");
	if (!PFR0_GIC(READ_SYSREG(id_aa64pfr0_el1)))
		log_fatal("processor_has_no_gicv3_registers");
}

static void read_configuration(void)
{
	static char text[PAGE_SIZE];
	uint32_t number;
	const char *reason =
		cfg_read(&hv.cfg, text, boot_read_configuration(text, sizeof(text)), &number);

	if (!reason)
		return;
	line_begin(&line, "error");
	line_add(&line, " what=configuration line=%u reason=%s", number, reason);
	log_end_with_error(&line);
}

static void log_partition(void)
{
	line_begin(&line, "start");
	line_add(&line, " version=%u arch=aarch64 vps=%u mpidrs=", VERSION, hv.vp_count);
	for (uint32_t i = 0; i < hv.vp_count; i++)
		line_add(&line, "%s0x%lx", i ? "," : "", hv.vps[i]->mpidr);
	line_add(&line, " uids=");
	for (uint32_t i = 0; i < hv.vp_count; i++)
		line_add(&line, "%s%u", i ? "," : "", hv.vps[i]->uid);
	line_add(&line, " vp_indexes=");
	for (uint32_t i = 0; i < hv.vp_count; i++)
		line_add(&line, "%s%u", i ? "," : "", hv.vps[i]->index);
	line_add(&line, " vp=%s stride=%u reps=%s privileges=0x%016lx image=0x%lx",
		 cfg_numbering(&hv.cfg), hv.cfg.stride, hv.cfg.one_rep ? "1" : "all",
		 hv.registers.privileges, (uint64_t)hv.image);
	log_emit(&line);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
	boot_init(image, system_table);
	check_processor();
	read_configuration();
	hv.cfg.faults.struck = fault_log_strike;
	arena_allocate(madt_count(system_table) * VP_SIZE + resident_image_size() + OTHER_SIZE);
	acpi_install(system_table);
	madt_create_vps(system_table);
	hv.image = arena_take(resident_image_size());
	hv.registers.vp_count = VPS_MAX;
	hv.registers.privileges = hv.cfg.privileges;
	log_partition();
	drop();
	/* in the guest from here on */
	return boot_start_guest(hv.cfg.start, hv.cfg.args);
}
