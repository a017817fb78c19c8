/* SPDX-License-Identifier: MIT */
/* boot/text.c: option text out of load options, arguments and files of any bytes (F78). */
#include "tests/host/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/text.h"
#include "lib/log.h"

static char text[TEXT_SIZE];

static void read_file(const char *bytes, size_t size)
{
	log_reset();
	memset(text, 0xEE, sizeof(text));
	memcpy(text, bytes, size);
	text_from_file(text, size, "the file");
}

#define READ_FILE(literal) read_file(literal, sizeof(literal) - 1)

static void assert_warned(const char *what)
{
	assert_int_equal(log_kept_count(), what ? 1 : 0);
	if (what && !strstr(log_kept(0), what))
		fail_msg("\"%s\" does not say \"%s\"", log_kept(0), what);
}

static void a_plain_file_is_as_it_is(void **state)
{
	(void)state;
	READ_FILE("exit=qemu\r\n# \xC3\xA9\r\nlog=info\r\n");
	assert_string_equal(text, "exit=qemu\r\n# \xC3\xA9\r\nlog=info\r\n");
	assert_warned(NULL);
	READ_FILE("");
	assert_string_equal(text, "");
	assert_warned(NULL);
}

static void f78_a_mark_is_skipped_and_named(void **state)
{
	(void)state;
	READ_FILE("\xEF\xBB\xBF"
		  "exit=qemu");
	assert_string_equal(text, "exit=qemu");
	assert_warned("byte order mark");
}

static void f78_utf_16_is_read_and_named(void **state)
{
	(void)state;
	READ_FILE("\xFF\xFE"
		  "e\0x\0=\0\n\0");
	assert_string_equal(text, "ex=\n");
	assert_warned("UTF-16");
	READ_FILE("\xFE\xFF"
		  "\0e\0x\0=\0\n");
	assert_string_equal(text, "ex=\n");
	READ_FILE("e\0x\0=\0\n\0");
	assert_string_equal(text, "ex=\n");
	READ_FILE("\0e\0x\0=\0\n\0"); /* half a letter at the end */
	assert_string_equal(text, "ex=\n");
	READ_FILE("\xFF\xFE\xE9\0\x3D\xD8");
	assert_string_equal(text, "??");
}

static void f78_a_nul_hides_nothing_and_is_in_no_word(void **state)
{
	(void)state;
	READ_FILE("deadline=50\0000 log=ver\0bose start=sipi");
	assert_string_equal(text, "deadline=50?0 log=ver?bose start=sipi");
	assert_warned("the file has 2 NUL bytes");
	READ_FILE("start=sipi\0\0\0\0");
	assert_string_equal(text, "start=sipi");
	assert_warned(NULL);
	READ_FILE("\0\0\0");
	assert_string_equal(text, "");
}

static void f78_a_cut_leaves_whole_words(void **state)
{
	static char bytes[TEXT_SIZE];

	(void)state;
	memset(bytes, '\n', sizeof(bytes));
	memcpy(bytes + TEXT_SIZE - 13, "deadline=5000", 13);
	read_file(bytes, sizeof(bytes));
	assert_int_equal(strlen(text), TEXT_SIZE - 14);
	assert_warned("longer than 4095 bytes");
	memset(bytes, 'x', sizeof(bytes)); /* one word, and no end of it */
	read_file(bytes, sizeof(bytes));
	assert_string_equal(text, "");
	memcpy(bytes + TEXT_SIZE - 8, " exit=a ", 8); /* it ends where the room does */
	read_file(bytes, sizeof(bytes));
	assert_string_equal(text + TEXT_SIZE - 8, " exit=a");
}

static bool add(const char *ascii, size_t count)
{
	uint16_t wide[TEXT_SIZE + 8];

	for (size_t i = 0; i < count; i++)
		wide[i] = (uint8_t)ascii[i];
	return text_add_ucs2(wide, count, text);
}

static void f78_load_options(void **state)
{
	static char bytes[TEXT_SIZE + 4];
	const uint16_t foreign[] = {'a', 0x3B1};

	(void)state;
	log_reset();
	text[0] = '\0';
	assert_true(add("one", 3));
	assert_true(add(" two\0three", 10));
	assert_string_equal(text, "one two");
	assert_warned(NULL);
	assert_false(text_add_ucs2(foreign, 2, text));
	assert_string_equal(text, "");
	assert_warned("not text");
	log_reset();
	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, "first ", 6);
	assert_true(add(bytes, sizeof(bytes)));
	assert_string_equal(text, "first");
	assert_warned("longer than 4095 bytes");
}

static void behind_the_commands_name(void **state)
{
	(void)state;
	assert_string_equal(text_behind_command("  hvsmp.EFI  exit=qemu"), "exit=qemu");
	assert_string_equal(text_behind_command("exit=qemu hvsmp.efi"), "exit=qemu hvsmp.efi");
	assert_string_equal(text_behind_command("fs0:\\a\\hvsmp.efi"), "");
	assert_string_equal(text_behind_command(" "), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_file_is_as_it_is),
		cmocka_unit_test(f78_a_mark_is_skipped_and_named),
		cmocka_unit_test(f78_utf_16_is_read_and_named),
		cmocka_unit_test(f78_a_nul_hides_nothing_and_is_in_no_word),
		cmocka_unit_test(f78_a_cut_leaves_whole_words),
		cmocka_unit_test(f78_load_options),
		cmocka_unit_test(behind_the_commands_name),
	};

	return cmocka_run_group_tests_name("boot/text", tests, NULL, NULL);
}
