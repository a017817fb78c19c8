/* SPDX-License-Identifier: MIT */
/*
 * repeat=: what was said is said again on the serial port, where nobody may have listened the first
 * time. Private to kernel/.
 */
#pragma once

#include "kernel/options.h"
#include "lib/pages.h"

/* It ends after so many times, and none begins later than so long after the report. */
enum { REPEAT_MOST = 60, REPEAT_SPAN_S = 1800 };

/*
 * Once there are pages: from now on every line is kept, if the options ask for it. Without memory
 * for them a warning, and nothing is repeated.
 */
void repeat_open(struct pages *pages, const struct options *o);
/* Before the machine ends: say it all again, as often as asked for. Not twice, whoever calls. */
void repeat_run(void);
