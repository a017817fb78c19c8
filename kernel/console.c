/* SPDX-License-Identifier: MIT */
/* Where the log goes, how much of it, and its first lines. */
#include "kernel/setup.h"

#include "arch/arch.h"
#include "kernel/version.h"
#include "lib/log.h"
#include "screen/screen.h"

static const char *const secure_boot_text[] = {
	[BOOT_SECURE_BOOT_NOT_OFFERED] = "not offered",
	[BOOT_SECURE_BOOT_OFF] = "off",
	[BOOT_SECURE_BOOT_SETUP] = "off, no platform key is enrolled",
	[BOOT_SECURE_BOOT_ON] = "on",
};

void console_init(const struct boot_info *boot, struct options *options)
{
	if (!console_serial(boot))
		(void)log_add_sink(arch_serial_write, NULL);
	(void)log_add_sink(screen_write, NULL); /* keeps the text until there is a screen */
	options_parse(boot->options, options);
	log_set_level(options->log);
	log_info("hvsmp %s: image at 0x%lx", kernel_version, (unsigned long)boot->image_base);
	log_info("Secure Boot: %s", secure_boot_text[boot->secure_boot]);
	log_info("options from %s: %s", boot->options_source,
		 options->text[0] ? options->text : "(none)");
}
