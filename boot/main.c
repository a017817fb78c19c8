/* SPDX-License-Identifier: MIT */
/*
 * The UEFI stub: asks the firmware everything the kernel wants to know, ends boot services and
 * calls the kernel. Hypercall set-up waits for the kernel on purpose: until ExitBootServices the
 * firmware of a Hyper-V Gen2 VM owns the guest OS id and the hypercall page.
 */
#include "boot/boot.h"
#include "lib/log.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	static struct boot_info boot; /* the kernel keeps the pointer */
	EFI_STATUS status;

	firmware_console_start(st);                           /* warnings on the screen */
	boot.image_base = firmware_image_base(image, st);     /* for backtraces */
	options_find(image, st, &boot);                       /* load options, else the file */
	boot.rsdp = firmware_rsdp(st);                        /* ACPI root pointer */
	firmware_framebuffer(st, &boot.framebuffer);          /* GOP */
	boot.low_page = firmware_low_page(st);                /* for INIT-SIPI */
	boot.secure_boot = firmware_secure_boot(st);          /* for the log */
	firmware_reset_init(st);                              /* runtime services */
	boot.reset = firmware_reset;                          /* called after the end */
	payload_follow(image, st, &boot);                     /* payload=: comes back if it fails */
	status = memory_exit_boot_services(image, st, &boot); /* the point of no return */
	if (EFI_ERROR(status)) {
		log_error("ExitBootServices failed: EFI status 0x%lx", (unsigned long)status);
		return status;
	}
	kernel_main(&boot);
}
