/* SPDX-License-Identifier: MIT */
/* What a user can ask of the kernel; docs/options.md explains each. Private to kernel/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/modes.h"
#include "lib/log.h"
#include "smp/smp.h"

enum option_start { START_AUTO, START_HV, START_SECOND };
enum option_vtl { OPTION_VTL_OFF, OPTION_VTL_1, OPTION_VTL_MONITOR };
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
#define OPTION_METHOD(method) (1U << (method))
#define OPTION_METHOD_VTL1    OPTION_METHOD(SMP_METHODS)
enum { REPORT_TABLE = 1 << 0, REPORT_JSON = 1 << 1, REPORT_TAP = 1 << 2 };

enum { OPTIONS_TEXT_SIZE = 128 };
enum { OPTIONS_PAYLOAD_SIZE = 256, OPTIONS_ARGS_SIZE = 1024 };

/* Ranges and defaults stand in the table of options.c, one row for each field. */
struct options {
	enum mode_id mode;
	uint32_t rounds;      /* of mode=bench */
	unsigned int methods; /* of mode=bench: OPTION_METHOD of each enum smp_method, VTL1 */
	enum option_start start;
	bool fanout;
	enum option_vtl vtl;    /* bring up in VTL 1, or under it */
	uint32_t init_delay_ms; /* INIT_DELAY_AUTO */
	uint32_t deadline_ms;   /* without progress */
	uint32_t cap_ms;        /* for each method */
	enum option_exit exit;
	enum log_level log;
	unsigned int report; /* REPORT_... */
	bool screen;
	bool audit;
	uint32_t fail_alloc; /* fail the Nth page allocation; 0: none */
	enum option_panic panic;
	enum option_panic_by panic_by;
	char payload[OPTIONS_PAYLOAD_SIZE]; /* path of a program that gets the processors; "" */
	char args[OPTIONS_ARGS_SIZE];       /* its command line */
	uint32_t repeat_s;                  /* say all again every so many seconds; 0: never */
	char text[OPTIONS_TEXT_SIZE];       /* the words as given, on one line, cut if too long */
};

/*
 * Words of the form key=value, separated by blanks or line ends; '#' begins a comment, and between
 * double quotes a blank is part of the word. A word that is not understood is a warning that names
 * it, and the default stays.
 */
void options_parse(const char *text, struct options *out);

const char *options_panic_by_name(enum option_panic_by by);
