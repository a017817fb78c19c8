/* SPDX-License-Identifier: MIT */
/* What the started image is handed: load options, and the arguments that a shell leaves it. */
#include "tests/spoil/spoil.h"

enum { TEXT_MAX = 8192, WORDS_MAX = 64 };

/* UEFI Shell specification 2.2, 5.2 */
struct shell_parameters {
	CHAR16 **words;
	UINTN count;
	void *input, *output, *errors;
};

static EFI_GUID shell_parameters_guid = {0x752f3136,
					 0x4e16,
					 0x4fdc,
					 {0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca}};

static CHAR16 options[TEXT_MAX];
static size_t options_size;
static CHAR16 text[TEXT_MAX];
static CHAR16 *words[WORDS_MAX];
static struct shell_parameters parameters = {.words = words};

void child_options(char *value)
{
	options_size = widen(options, value, TEXT_MAX);
}

/* A line as it was typed: words end at blanks, but not inside quotes, which are taken away. */
void child_shell(char *value)
{
	CHAR16 *to = text;
	bool quoted = false;

	child_options(value);
	while (*value == ' ')
		value++;
	while (*value && parameters.count < WORDS_MAX) {
		words[parameters.count++] = to;
		for (; *value && (quoted || *value != ' '); value++) {
			if (*value == '"')
				quoted = !quoted;
			else
				*to++ = (CHAR16)*value;
		}
		*to++ = 0;
		while (*value == ' ')
			value++;
	}
}

void child_give(EFI_HANDLE child)
{
	EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
	EFI_LOADED_IMAGE *loaded;

	if (options_size) {
		if (EFI_ERROR(services->HandleProtocol(child, &guid, (void **)&loaded)))
			fail("the kernel has none", "loaded image protocol");
		loaded->LoadOptions = options;
		loaded->LoadOptionsSize = (UINT32)options_size;
	}
	if (parameters.count &&
	    EFI_ERROR(services->InstallProtocolInterface(&child, &shell_parameters_guid,
							 EFI_NATIVE_INTERFACE, &parameters)))
		fail("cannot be installed", "shell parameters");
}
