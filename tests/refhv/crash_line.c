/* SPDX-License-Identifier: MIT */
/* The text is in quotes, as it may have blanks and line ends; what would end it is escaped. */
#include "tests/refhv/crash_line.h"

#define PRINTABLE_FIRST 0x20
#define PRINTABLE_LAST  0x7E

static void add_text(struct line *line, const char *text, uint64_t length)
{
	for (uint64_t i = 0; i < length && text[i]; i++) {
		uint8_t c = (uint8_t)text[i];
		char plain[2] = {text[i], 0};

		if (c == '\n')
			line_add(line, "\\n");
		else if (c == '"' || c == '\\')
			line_add(line, "\\%s", plain);
		else if (c < PRINTABLE_FIRST || c > PRINTABLE_LAST)
			line_add(line, "\\x%02x", (unsigned int)c);
		else
			line_add(line, "%s", plain);
	}
}

void crash_line(struct line *line, uint32_t vp_index, uint64_t control,
		const uint64_t parameters[HV_CRASH_PARAMETERS], const char *text)
{
	line_begin(line, "crash");
	line_add(line, " vp=%u control=0x%lx", vp_index, control);
	for (uint32_t i = 0; i < HV_CRASH_PARAMETERS; i++)
		line_add(line, " p%u=0x%lx", i, parameters[i]);
	line_add(line, " message=\"");
	if (text)
		add_text(line, text, parameters[HV_CRASH_LENGTH]);
	line_add(line, "\"");
}
