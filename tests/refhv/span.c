/* SPDX-License-Identifier: MIT */
/* Pieces of text: comparing, cutting, trimming, numbers. */
#include "tests/refhv/span.h"

bool span_is(struct span s, const char *word)
{
	size_t i;

	for (i = 0; i < s.length && word[i]; i++)
		if (s.at[i] != word[i])
			return false;
	return i == s.length && !word[i];
}

struct span span_cut(struct span *rest, char delimiter)
{
	struct span head = {rest->at, 0};

	while (head.length < rest->length && head.at[head.length] != delimiter)
		head.length++;
	size_t taken = head.length < rest->length ? head.length + 1 : head.length;

	rest->at += taken;
	rest->length -= taken;
	return head;
}

struct span span_trim(struct span s)
{
	while (s.length && (s.at[0] == ' ' || s.at[0] == '\t')) {
		s.at++;
		s.length--;
	}
	while (s.length && (s.at[s.length - 1] == ' ' || s.at[s.length - 1] == '\t' ||
			    s.at[s.length - 1] == '\r'))
		s.length--;
	return s;
}

bool span_number(struct span s, uint64_t max, uint64_t *value)
{
	unsigned int base = 10;

	*value = 0;
	if (s.length > 2 && s.at[0] == '0' && s.at[1] == 'x') {
		base = 16;
		s.at += 2;
		s.length -= 2;
	}
	if (!s.length)
		return false;
	for (size_t i = 0; i < s.length; i++) {
		char c = s.at[i];
		unsigned int digit = c >= '0' && c <= '9'   ? (unsigned int)(c - '0')
				     : c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10
				     : c >= 'A' && c <= 'F' ? (unsigned int)(c - 'A') + 10
							    : base;

		if (digit >= base || *value > (max - digit) / base)
			return false;
		*value = *value * base + digit;
	}
	return true;
}
