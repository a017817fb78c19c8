/* SPDX-License-Identifier: MIT */
/* Option text out of foreign bytes; text.h says what holds. */
#include "boot/text.h"

#include "lib/log.h"
#include "lib/string.h"

static bool is_blank(uint16_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_text(uint16_t c)
{
	return is_blank(c) || (c > ' ' && c <= '~');
}

/* How much of a text whose byte at `len` is its first that has no room ends with a whole word. */
static size_t whole_words(const char *text, size_t len)
{
	while (len && !is_blank((unsigned char)text[len]))
		len--;
	return len;
}

bool text_add_ucs2(const uint16_t *in, size_t count, char out[TEXT_SIZE])
{
	size_t from = str_len(out);
	size_t len = from;

	for (size_t i = 0; i < count && in[i]; i++) {
		if (!is_text(in[i])) {
			log_warn("load options are not text: ignored");
			out[0] = '\0';
			return false;
		}
		out[len] = (char)in[i];
		if (len == TEXT_SIZE - 1) {
			log_warn("load options are longer than %d bytes: cut", TEXT_SIZE - 1);
			len = whole_words(out, len);
			break;
		}
		len++;
	}
	out[len] = '\0';
	return true;
}

static bool is_efi_name(const char *word, size_t len)
{
	static const char suffix[] = ".efi";
	size_t n = sizeof(suffix) - 1;

	if (len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((word[len - n + i] | 0x20) != (suffix[i] | 0x20))
			return false;
	}
	return true;
}

const char *text_behind_command(const char *s)
{
	size_t len = 0;

	while (*s == ' ')
		s++;
	while (s[len] && s[len] != ' ')
		len++;
	s += is_efi_name(s, len) ? len : 0;
	while (*s == ' ')
		s++;
	return s;
}

/* 1 and 2: UTF-16 with its lower or its upper byte first, by its mark or by its first letter. */
static int utf16_order(const uint8_t *in, size_t size)
{
	if (size < 2)
		return 0;
	if ((in[0] == 0xFF && in[1] == 0xFE) || (in[0] && in[0] < 0x7F && !in[1]))
		return 1;
	if ((in[0] == 0xFE && in[1] == 0xFF) || (!in[0] && in[1] && in[1] < 0x7F))
		return 2;
	return 0;
}

/* In place: a letter becomes half as long. */
static size_t narrow(char *text, size_t size, int order)
{
	const uint8_t *in = (const uint8_t *)text;
	size_t len = 0;

	for (size_t i = 0; i + 1 < size; i += 2) {
		unsigned int low = order == 1 ? in[i] : in[i + 1];
		uint16_t c = (uint16_t)(low | (unsigned int)(order == 1 ? in[i + 1] : in[i]) << 8);

		if (c == 0xFEFF) /* the mark */
			continue;
		text[len++] = c == 0 || is_text(c) ? (char)c : '?';
	}
	return len;
}

/* A NUL would hide the rest. What fills up the end of a file is none of its words. */
static size_t show_nuls(char *text, size_t len, const char *name)
{
	size_t nuls = 0;

	while (len && !text[len - 1])
		len--;
	for (size_t i = 0; i < len; i++) {
		if (text[i])
			continue;
		text[i] = '?'; /* no option has one, so the word is not understood */
		nuls++;
	}
	if (nuls)
		log_warn("%s has %lu NUL bytes: words with one are not used", name,
			 (unsigned long)nuls);
	return len;
}

void text_from_file(char file[TEXT_SIZE], size_t size, const char *name)
{
	static const char mark[] = {'\xEF', '\xBB', '\xBF'};
	bool is_cut = size >= TEXT_SIZE;
	int order = utf16_order((const uint8_t *)file, size);

	if (order) {
		log_warn("%s is UTF-16: read as such", name);
		size = narrow(file, size, order);
	} else if (size >= sizeof(mark) && !memcmp(file, mark, sizeof(mark))) {
		log_warn("%s begins with a byte order mark: skipped", name);
		size -= sizeof(mark);
		memmove(file, file + sizeof(mark), size);
	}
	if (is_cut) {
		log_warn("%s is longer than %d bytes: cut", name, TEXT_SIZE - 1);
		size = whole_words(file, size - 1);
	}
	file[show_nuls(file, size, name)] = '\0';
}
