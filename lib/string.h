/* SPDX-License-Identifier: MIT */
/* The memory functions that compilers call on their own, and the few string functions we use. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t size);
void *memmove(void *dst, const void *src, size_t size);
void *memset(void *dst, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

size_t str_len(const char *s);
bool str_equal(const char *a, const char *b);

/*
 * Copy at most size - 1 bytes of src[0..len) and end with a NUL. Returns false if it had to cut.
 */
bool str_copy(char *dst, size_t size, const char *src, size_t len);

/*
 * Edit distance (insert, delete, replace, each 1) of two short names; used for "did you mean". A
 * name longer than STR_DISTANCE_MAX counts as wholly different: the longer length is returned.
 */
enum { STR_DISTANCE_MAX = 64 };
size_t str_distance(const char *a, size_t a_len, const char *b);
