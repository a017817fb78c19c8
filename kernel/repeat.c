/* SPDX-License-Identifier: MIT */
/*
 * repeat=: the text is kept and not made anew, so that each time has the same bytes, in every mode
 * and after a panic. The screen, which keeps what it shows, is left alone.
 */
#include "kernel/repeat.h"

#include "arch/arch.h"
#include "kernel/version.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"

enum { ROOM = 4 << 20 }; /* bytes: the report of 4096 processors takes 2.5 million */
#define NS_PER_S 1000000000UL

static struct {
	const struct options *options;
	char *text;
	size_t len, lost;
	bool is_over;
} kept;

static void keep(void *ctx, const char *text, size_t len)
{
	size_t fits = len < ROOM - kept.len ? len : ROOM - kept.len;

	(void)ctx;
	memcpy(kept.text + kept.len, text, fits);
	kept.len += fits;
	kept.lost += len - fits;
}

void repeat_open(struct pages *pages, const struct options *o)
{
	kept.options = o;
	if (!o->repeat_s)
		return;
	kept.text = pages_alloc(pages, pages_of(ROOM), 0);
	if (!kept.text || log_add_sink(keep, NULL))
		log_warn("no memory to keep the log in: repeat=%u is not used", o->repeat_s);
}

/* A clock that stands still ends it as well: a look takes a nanosecond and more. */
static void wait_until(uint64_t end, uint64_t looks)
{
	while (arch_clock_ns() < end && looks--)
		arch_pause();
}

static void say(unsigned int number)
{
	const struct options *o = kept.options;
	char line[OPTIONS_TEXT_SIZE + 128];
	size_t len;

	len = format(line, sizeof(line),
		     "\nrepeated, %u of %u, every %u s: hvsmp %s, options: %s\n", number,
		     REPEAT_MOST, o->repeat_s, kernel_version, o->text[0] ? o->text : "(none)");
	arch_serial_write(NULL, line, len < sizeof(line) ? len : sizeof(line) - 1);
	arch_serial_write(NULL, kept.text, kept.len);
	if (!kept.lost)
		return;
	len = format(line, sizeof(line), "\n(and %lu bytes more)\n", (unsigned long)kept.lost);
	arch_serial_write(NULL, line, len);
}

void repeat_run(void)
{
	uint64_t begin = arch_clock_ns();
	uint64_t pause;

	/* An early panic comes before the clock has a rate; one in here comes back. */
	if (!kept.text || kept.is_over || !begin)
		return;
	kept.is_over = true;
	pause = kept.options->repeat_s * NS_PER_S;
	for (unsigned int i = 1; i <= REPEAT_MOST; i++) {
		uint64_t end = arch_clock_ns() + pause;

		if (end - begin > REPEAT_SPAN_S * NS_PER_S)
			return;
		wait_until(end, pause);
		say(i);
	}
}
