/* SPDX-License-Identifier: MIT */
/* payload=: no kernel for ARM64 takes processors from an ACPI mailbox, so none is made. */
#include "boot/boot.h"

#include "lib/format.h"
#include "lib/log.h"

void payload_follow(EFI_HANDLE image, EFI_SYSTEM_TABLE *st, struct boot_info *boot)
{
	static struct boot_payload payload;

	(void)image;
	(void)st;
	kernel_payload_find(boot->options, &payload);
	boot->payload = &payload;
	if (!payload.path[0])
		return;
	format(payload.reason, sizeof(payload.reason),
	       "not on ARM64: no kernel takes processors "
	       "from a mailbox there");
	log_warn("payload %s: %s", payload.path, payload.reason);
}
