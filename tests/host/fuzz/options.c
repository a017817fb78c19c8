/* SPDX-License-Identifier: MIT */
/* options_parse on any text: the result is always one that the kernel can work with. */
#include "kernel/options.h"
#include "tests/host/fuzz/fuzz.h"

enum { MAX_MS = 600000 };

static void check_range(const struct options *o)
{
	ENSURE(o->start == START_AUTO || o->start == START_HV || o->start == START_SECOND);
	ENSURE(o->deadline_ms >= 1 && o->deadline_ms <= MAX_MS);
	ENSURE(o->cap_ms >= 1 && o->cap_ms <= MAX_MS);
	ENSURE(o->exit == EXIT_QEMU || o->exit == EXIT_HALT || o->exit == EXIT_RESET ||
	       o->exit == EXIT_POWEROFF);
	ENSURE(o->log == LOG_ERROR || o->log == LOG_INFO || o->log == LOG_DEBUG);
	ENSURE(o->panic <= PANIC_AP && o->panic_by <= PANIC_NMI);
	ENSURE(o->report &&
	       !(o->report & ~(unsigned int)(REPORT_TABLE | REPORT_JSON | REPORT_TAP)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *text = malloc(size + 1);
	struct options first, second;

	ENSURE(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	log_reset();
	options_parse((const char *)text, &first);
	check_range(&first);
	for (size_t i = 0; i < log_kept_count() && i < LOG_KEPT; i++)
		ENSURE(log_kept(i) && strlen(log_kept(i)) < LOG_KEPT_SIZE);
	options_parse((const char *)text, &second); /* nothing is remembered from before */
	ENSURE(first.start == second.start && first.fanout == second.fanout);
	ENSURE(first.deadline_ms == second.deadline_ms && first.cap_ms == second.cap_ms);
	ENSURE(first.exit == second.exit && first.log == second.log);
	ENSURE(first.report == second.report);
	free(text);
	return 0;
}
