/* SPDX-License-Identifier: MIT */
/*
 * docs/options.md against the table of kernel/options.c, which is compiled in here: the same
 * options, values and defaults. And the table against struct options.
 */
#include "tests/host/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/options.c"

static char *document;
static struct options o;

static int read_document(void **state)
{
	FILE *f = fopen("docs/options.md", "r");
	size_t size = 0;

	(void)state;
	assert_non_null(f); /* from the top of the tree */
	(void)getdelim(&document, &size, '\0', f);
	fclose(f);
	return 0;
}

/* The n-th cell, from 0, of the row of an option; "" if there is none. */
static void cell(const char *name, int n, char *out, size_t size)
{
	char begin[64];
	const char *at;
	size_t len = 0;

	snprintf(begin, sizeof(begin), "\n| `%s=` |", name);
	at = strstr(document, begin);
	out[0] = '\0';
	if (!at)
		return;
	for (at += 1; n >= 0; n--)
		at = strchr(at, '|') + 2;
	while (at[len + 1] != '|' && len + 1 < size)
		len++;
	snprintf(out, size, "%.*s", (int)len, at);
}

/* As the document writes them. */
static void document_values(const struct option *option, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	if (is_text(option))
		snprintf(out, size, "a text");
	if (option->is_set)
		len += (size_t)snprintf(out, size, "any of ");
	for (const struct choice *c = option->choices; c && c->name; c++)
		len += (size_t)snprintf(out + len, size - len, "%s`%s`",
					c == option->choices ? "" : ", ", c->name);
	if (option->is_set)
		snprintf(out + len, size - len, ", comma-separated");
	else if (option->max)
		snprintf(out + len, size - len, "%s%u..%u%s", option->choices ? ", " : "",
			 option->min, option->max, option->unit);
}

static void document_default(const struct option *option, char *out, size_t size)
{
	unsigned int all = 0;

	for (const struct choice *c = option->choices; c && c->name; c++) {
		all |= c->value;
		if (c->value == option->initial) {
			snprintf(out, size, "`%s`", c->name);
			return;
		}
	}
	if (option->is_set && option->initial == all)
		snprintf(out, size, "all");
	else if (option->initial)
		snprintf(out, size, "%u", option->initial);
	else
		snprintf(out, size, "none");
}

static void the_document_has_every_option(void **state)
{
	char expected[256];
	char found[256];

	(void)state;
	for (size_t i = 0; i < OPTIONS; i++) {
		cell(known[i].name, 1, found, sizeof(found));
		document_values(&known[i], expected, sizeof(expected));
		if (strcmp(found, expected))
			fail_msg("%s=: docs/options.md has the values \"%s\", must be \"%s\"",
				 known[i].name, found, expected);
		cell(known[i].name, 2, found, sizeof(found));
		document_default(&known[i], expected, sizeof(expected));
		if (strcmp(found, expected))
			fail_msg("%s=: docs/options.md has the default \"%s\", must be \"%s\"",
				 known[i].name, found, expected);
	}
}

static void the_document_has_no_other_option(void **state)
{
	size_t rows = 0;

	(void)state;
	for (const char *row = document; (row = strstr(row, "\n| `")); row++)
		rows++;
	assert_int_equal(rows, OPTIONS);
}

/* Each row has a field of its own, whole, and of the right size. */
static void fields_are_apart(void **state)
{
	uint8_t owner[sizeof(struct options)] = {0};

	(void)state;
	for (size_t i = 0; i < OPTIONS; i++) {
		assert_true(known[i].size == 1 || known[i].size == 4 || is_text(&known[i]));
		assert_true(known[i].offset + known[i].size <= offsetof(struct options, text));
		for (size_t k = 0; k < known[i].size; k++)
			assert_int_equal(owner[known[i].offset + k]++, 0);
	}
}

static void defaults_are_values(void **state)
{
	(void)state;
	options_parse("", &o);
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *option = &known[i];
		unsigned int value = 0;
		char text[32];
		struct word w = {text, 0};

		if (is_text(option)) {
			assert_int_equal(*((char *)&o + option->offset), '\0');
			continue;
		}
		memcpy(&value, (uint8_t *)&o + option->offset, option->size);
		assert_int_equal(value, option->initial);
		if (!option->choices && value) {
			w.len = (size_t)snprintf(text, sizeof(text), "%u", value);
			assert_true(read_value(option, w, &value));
			assert_int_equal(value, option->initial);
		}
	}
}

static void old_names_lead_to_options(void **state)
{
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++) {
		log_reset();
		assert_non_null(find((struct word){renamed[i].old, str_len(renamed[i].old)}));
		assert_int_equal(log_kept_count(), 1);
		snprintf(text, sizeof(text), "`%s=`", renamed[i].old);
		assert_non_null(strstr(document, text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_document_has_every_option),
		cmocka_unit_test(the_document_has_no_other_option),
		cmocka_unit_test(fields_are_apart),
		cmocka_unit_test(defaults_are_values),
		cmocka_unit_test(old_names_lead_to_options),
	};

	return cmocka_run_group_tests_name("kernel/options-doc", tests, read_document, NULL);
}
