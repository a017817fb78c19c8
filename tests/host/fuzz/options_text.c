/* SPDX-License-Identifier: MIT */
/*
 * Options as the firmware hands them: any bytes as a file, and as load options behind a first word.
 * What comes out is a string that fits, and no word of it is a part of one that was cut.
 */
#include "boot/text.h"
#include "lib/log.h"
#include "tests/host/fuzz/fuzz.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void as_file(const uint8_t *data, size_t size)
{
	static char file[TEXT_SIZE];
	size_t given = size < TEXT_SIZE ? size : TEXT_SIZE;
	bool is_plain = !memchr(data, 0, given) && given && data[0] < 0x80;
	size_t len;

	memset(file, 'x', sizeof(file));
	memcpy(file, data, given);
	text_from_file(file, given, "the file");
	len = strnlen(file, sizeof(file));
	ENSURE(len < sizeof(file) && len <= given);
	if (is_plain) {
		ENSURE(!memcmp(file, data, len));
		ENSURE(size < TEXT_SIZE ? len == size : !len || is_blank((char)data[len]));
	}
}

static void as_load_options(const uint8_t *data, size_t size)
{
	static char text[TEXT_SIZE];
	uint16_t *wide = (uint16_t *)fuzz_copy(data, size & ~(size_t)1);

	memcpy(text, "first ", 7);
	if (text_add_ucs2(wide, size / 2, text))
		ENSURE(!strncmp(text, "first ", 6) || !strcmp(text, "first"));
	else
		ENSURE(!text[0]);
	ENSURE(strnlen(text, sizeof(text)) < sizeof(text));
	ENSURE(strlen(text_behind_command(text)) <= strlen(text));
	free(wide);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	log_reset();
	if (!size)
		return 0;
	as_file(data, size);
	as_load_options(data, size);
	return 0;
}
