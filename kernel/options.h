/* SPDX-License-Identifier: MIT */
/* What a person can ask of the kernel; docs/options.md explains each. Private to kernel/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/log.h"
#include "smp/smp.h"

enum option_start { START_AUTO, START_HV, START_SIPI };
enum option_exit { EXIT_QEMU, EXIT_HALT, EXIT_RESET, EXIT_POWEROFF };
enum option_panic { PANIC_OFF, PANIC_BSP, PANIC_AP };
enum option_panic_by {
	PANIC_PLAIN,
	PANIC_NULL_READ,
	PANIC_TEXT_WRITE,
	PANIC_DATA_EXEC,
	PANIC_OVERRUN, /* of an array on the stack */
	PANIC_STACK,   /* all of the stack */
	PANIC_NMI,
};
enum { INIT_DELAY_AUTO = 0xFFFFFFFF };
enum option_mode { MODE_NORMAL, MODE_SELFTEST, MODE_CONFORMANCE, MODE_BENCH };
#define OPTION_METHOD(method) (1U << (method))
enum { REPORT_TABLE = 1 << 0, REPORT_JSON = 1 << 1, REPORT_TAP = 1 << 2 };

struct options {
	enum option_mode mode;
	uint32_t rounds;      /* of mode=bench, 1..1000 */
	unsigned int methods; /* of mode=bench: OPTION_METHOD of each enum smp_method */
	enum option_start start;
	bool fanout;
	uint32_t init_delay_ms; /* 0..1000, INIT_DELAY_AUTO */
	uint32_t deadline_ms;   /* without progress, 1..600000 */
	uint32_t cap_ms;        /* for each method, 1..600000 */
	enum option_exit exit;
	enum log_level log;
	unsigned int report; /* REPORT_... */
	bool screen;
	bool selftest;
	uint32_t fail_alloc; /* the how-manieth page allocation fails; 0: none */
	enum option_panic panic;
	enum option_panic_by panic_by;
};

/*
 * Words of the form key=value, separated by blanks or line ends; '#' begins a comment. Whatever is
 * not understood is a warning that names it, and leaves the default.
 */
void options_parse(const char *text, struct options *out);

const char *options_panic_by_name(enum option_panic_by by);
