/* SPDX-License-Identifier: MIT */
/*
 * Option text out of what a boot manager, a shell or a file hands in, which may be any bytes.
 * Whatever is not as it should be is a warning, and nothing is used by half. No UEFI in here, so
 * that it runs under the host tests and a fuzzer as it is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_SIZE = 4096 }; /* of every buffer below, the NUL at the end included */

/*
 * UCS-2 up to its NUL or its count, behind what is in `out` already. False: it is no printable
 * ASCII. A text that is too long is cut between two words.
 */
bool text_add_ucs2(const uint16_t *in, size_t count, char out[TEXT_SIZE]);
/* Behind the command's own name, which a shell without parameters passes as the first word. */
const char *text_behind_command(const char *s);
/*
 * A file as it was read, TEXT_SIZE bytes if there is more of it, becomes text in its place: ASCII,
 * UTF-8 with a byte order mark, or UTF-16. name: what warnings call it.
 */
void text_from_file(char file[TEXT_SIZE], size_t size, const char *name);
