/* SPDX-License-Identifier: MIT */
/* lib/json.c: commas, nesting, escapes. */
#include "tests/host/test.h"

#include <string.h>

#include "lib/json.h"
#include "lib/log.h"

static struct {
	char text[2048];
	size_t len;
} heard;

static void hear(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	assert_true(heard.len + len < sizeof(heard.text));
	memcpy(heard.text + heard.len, text, len);
	heard.len += len;
	heard.text[heard.len] = '\0';
}

static int set_up(void **state)
{
	(void)state;
	log_reset();
	log_add_sink(hear, NULL);
	memset(&heard, 0, sizeof(heard));
	return 0;
}

static void values_of_every_kind(void **state)
{
	struct json j = {0};

	(void)state;
	json_object(&j, NULL);
	json_number(&j, "none", 0);
	json_number(&j, "most", UINT64_MAX);
	json_bool(&j, "yes", true);
	json_bool(&j, "no", false);
	json_null(&j, "null");
	json_known(&j, "known", 7, true);
	json_known(&j, "unknown", 7, false);
	json_string(&j, "text", "a text");
	json_string(&j, "empty", "");
	json_object_end(&j);
	assert_string_equal(heard.text,
			    "{\"none\":0,\"most\":18446744073709551615,\"yes\":true,\"no\":false,"
			    "\"null\":null,\"known\":7,\"unknown\":null,\"text\":\"a text\","
			    "\"empty\":\"\"}");
}

static void commas_stand_between_values_only(void **state)
{
	struct json j = {0};

	(void)state;
	json_array(&j, NULL);
	json_array(&j, NULL);
	json_array_end(&j);
	json_object(&j, NULL);
	json_object_end(&j);
	json_object(&j, NULL);
	json_array(&j, "a");
	json_number(&j, NULL, 1);
	json_number(&j, NULL, 2);
	json_array_end(&j);
	json_object(&j, "o");
	json_object(&j, "inner");
	json_null(&j, "n");
	json_object_end(&j);
	json_number(&j, "after", 3);
	json_object_end(&j);
	json_array(&j, "e");
	json_array_end(&j);
	json_object_end(&j);
	json_string(&j, NULL, "last");
	json_array_end(&j);
	assert_string_equal(heard.text, "[[],{},{\"a\":[1,2],\"o\":{\"inner\":{\"n\":null},"
					"\"after\":3},\"e\":[]},\"last\"]");
}

static void each_document_begins_anew(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct json j = {0};

		json_object(&j, NULL);
		json_null(&j, "n");
		json_object_end(&j);
	}
	assert_string_equal(heard.text, "{\"n\":null}{\"n\":null}");
}

static void every_byte_is_one_line_of_ascii(void **state)
{
	static const char hex[] = "0123456789abcdef";
	struct json j = {0};
	char all[256];
	char *out;
	char expected[2048];

	(void)state;
	for (int c = 1; c < 256; c++)
		all[c - 1] = (char)c;
	all[255] = '\0';
	json_string(&j, NULL, all);
	out = expected;
	*out++ = '"';
	for (int c = 1; c < 256; c++) {
		if (c == '"' || c == '\\') {
			*out++ = '\\';
			*out++ = (char)c;
		} else if (c >= 0x20 && c < 0x7F) {
			*out++ = (char)c;
		} else {
			memcpy(out, "\\u00", 4);
			out[4] = hex[c >> 4];
			out[5] = hex[c & 15];
			out += 6;
		}
	}
	*out++ = '"';
	*out = '\0';
	assert_string_equal(heard.text, expected);
}

/* A conversion of the log's is no conversion here. */
static void texts_are_no_formats(void **state)
{
	struct json j = {0};

	(void)state;
	json_string(&j, "%n", "%s%n");
	assert_string_equal(heard.text, "\"%n\":\"%s%n\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(values_of_every_kind, set_up),
		cmocka_unit_test_setup(commas_stand_between_values_only, set_up),
		cmocka_unit_test_setup(each_document_begins_anew, set_up),
		cmocka_unit_test_setup(every_byte_is_one_line_of_ascii, set_up),
		cmocka_unit_test_setup(texts_are_no_formats, set_up),
	};

	return cmocka_run_group_tests_name("lib/json", tests, NULL, NULL);
}
