/* SPDX-License-Identifier: MIT */
/*
 * payload=: another UEFI program is started with boot services, and its call that ends them goes
 * through here: the processors are brought up between that call and its return.
 */
#include "boot/boot.h"

#include "boot/load.h"
#include "kernel/report_table.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"

#define BELOW_4_GIB 0xFFFFFFFFUL
#define EFI_PAGE    4096UL

static struct boot_hand_off hand_off;

/* What the hook goes by: it is called by the payload. */
static struct {
	EFI_SYSTEM_TABLE *st;
	EFI_EXIT_BOOT_SERVICES exit;
	struct boot_info *boot;
} hooked;

/* --- memory ----------------------------------------------------------------------------------- */

static uint64_t allocate(EFI_SYSTEM_TABLE *st, EFI_MEMORY_TYPE type, size_t bytes)
{
	EFI_PHYSICAL_ADDRESS address = BELOW_4_GIB;

	if (EFI_ERROR(st->BootServices->AllocatePages(AllocateMaxAddress, type,
						      (bytes + EFI_PAGE - 1) / EFI_PAGE, &address)))
		return 0;
	return address;
}

static const char *allocate_all(EFI_SYSTEM_TABLE *st, struct boot_hand_off *h)
{
	h->block = allocate(st, EfiACPIMemoryNVS, h->block_pages * EFI_PAGE);
	if (!h->block)
		return "no ACPI NVS memory below 4 GiB for the mailbox";
	h->madt = (uint8_t *)allocate(st, EfiACPIReclaimMemory, h->madt_room);
	h->report = (void *)allocate(st, EfiACPIReclaimMemory, h->report_room);
	return h->madt && h->report ? NULL : "no memory below 4 GiB for a MADT and a report";
}

/* --- the hook --------------------------------------------------------------------------------- */

static void hook(EFI_EXIT_BOOT_SERVICES to)
{
	EFI_BOOT_SERVICES *services = hooked.st->BootServices;

	services->ExitBootServices = to;
	services->Hdr.CRC32 = 0;
	services->CalculateCrc32(services, services->Hdr.HeaderSize, &services->Hdr.CRC32);
}

/* The canary is another one afterwards: no guard. */
__attribute__((no_stack_protector)) static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image,
										UINTN key)
{
	EFI_STATUS status;

	firmware_console_stop();
	status = memory_exit_for(image, key, hooked.exit, hooked.st, hooked.boot);

	if (EFI_ERROR(status))
		return status;
	hooked.boot->hand_off = &hand_off;
	kernel_hand_off(hooked.boot);
	return EFI_SUCCESS;
}

/* NULL: done. Else why the processors are left alone. */
static const char *offer(EFI_SYSTEM_TABLE *st, struct boot_info *boot)
{
	static EFI_GUID guid = HVSMP_REPORT_GUID;
	const char *why;

	if (EFI_ERROR(memory_look(st, boot)))
		return "no memory for the memory map";
	why = kernel_hand_off_plan(boot, &hand_off);
	if (!why)
		why = allocate_all(st, &hand_off);
	if (why)
		return why;
	if (!kernel_hand_off_publish(boot, &hand_off))
		return "neither RSDT nor XSDT lists the MADT";
	(void)st->BootServices->InstallConfigurationTable(&guid, hand_off.report);
	hooked.st = st;
	hooked.boot = boot;
	hooked.exit = st->BootServices->ExitBootServices;
	hook(exit_boot_services);
	return NULL;
}

static void take_back(EFI_SYSTEM_TABLE *st, const struct boot_info *boot)
{
	static EFI_GUID guid = HVSMP_REPORT_GUID;

	hook(hooked.exit);
	(void)st->BootServices->InstallConfigurationTable(&guid, NULL);
	kernel_hand_off_withdraw(boot, &hand_off);
}

/* --- the program ------------------------------------------------------------------------------ */

static void start(EFI_SYSTEM_TABLE *st, struct boot_info *boot, EFI_HANDLE program,
		  struct boot_payload *payload)
{
	const char *why = offer(st, boot);
	EFI_STATUS status;

	if (why)
		log_warn("payload %s: the processors are left as they are: %s", payload->path, why);
	status = st->BootServices->StartImage(program, NULL, NULL);
	if (!why)
		take_back(st, boot);
	format(payload->reason, sizeof(payload->reason), "it came back: EFI status 0x%lx",
	       (unsigned long)status);
}

void payload_follow(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, struct boot_info *boot)
{
	EFI_HANDLE program = NULL;
	struct boot_payload *payload = NULL;
	EFI_STATUS status;

	if (EFI_ERROR(st->BootServices->AllocatePool(EfiLoaderData, sizeof(*payload),
						     (void **)&payload)))
		return;
	kernel_payload_find(boot->options, payload);
	boot->payload = payload;
	if (!payload->path[0])
		return;
	status = load_program(image, st, payload->path, payload->args, &program);
	if (EFI_ERROR(status))
		format(payload->reason, sizeof(payload->reason), "%s: EFI status 0x%lx",
		       load_error(status), (unsigned long)status);
	else
		start(st, boot, program, payload);
	log_warn("payload %s: %s", payload->path, payload->reason);
}
