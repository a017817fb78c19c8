/* SPDX-License-Identifier: MIT */
/* The payload's words among the options, read before the options are used. */
#include "kernel/options.h"
#include "kernel/words.h"
#include "lib/log.h"
#include "lib/string.h"

#include "kernel/kernel.h"

/* The value of a word with this key; NULL: another key. */
static const char *value_of(const struct words *w, const char *key, size_t *len)
{
	size_t n = str_len(key);

	if (w->is_cut || w->len < n || memcmp(w->word, key, n) != 0)
		return NULL;
	*len = w->len - n;
	return w->word + n;
}

static bool is_word(const struct words *w, const char *word)
{
	return w->len == str_len(word) && !memcmp(w->word, word, w->len);
}

/* A text that is too long is as good as none; options_parse says so. */
static void take(const struct words *w, const char *key, char *out, size_t size)
{
	size_t len;
	const char *value = value_of(w, key, &len);

	if (value && !str_copy(out, size, value, len))
		*out = '\0';
}

void kernel_payload_find(const char *options, struct boot_payload *out)
{
	struct words w;
	bool has_mode = false;
	bool has_vtl = false;
	size_t len;

	out->path[0] = out->args[0] = out->reason[0] = '\0';
	words_begin(&w, options);
	while (words_next(&w)) {
		take(&w, "payload=", out->path, sizeof(out->path));
		take(&w, "args=", out->args, sizeof(out->args));
		if (value_of(&w, "mode=", &len))
			has_mode = !is_word(&w, "mode=normal");
		if (value_of(&w, "vtl=", &len))
			has_vtl = !is_word(&w, "vtl=off");
	}
	if (!out->path[0] || (!has_mode && !has_vtl))
		return;
	log_warn("payload=: goes with neither mode= nor vtl=: not followed");
	out->path[0] = '\0';
}
