/* SPDX-License-Identifier: MIT */
/*
 * Feeds every input of a corpus directory to a fuzz target once, without libFuzzer: the corpus as a
 * regression test for machines that have gcc only. One case of TAP for each file, in their order by
 * name. The directory comes from the build (FUZZ_CORPUS); files named on the command line go first.
 */
#include <dirent.h>

#include "tests/host/fuzz/fuzz.h"

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void replay(const char *directory, const char *name)
{
	static uint8_t bytes[1 << 20];
	char path[4096];
	size_t size;
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", directory, name);
	f = fopen(path, "rb");
	ENSURE(f);
	size = fread(bytes, 1, sizeof(bytes), f);
	ENSURE(!ferror(f) && feof(f));
	fclose(f);
	(void)LLVMFuzzerTestOneInput(bytes, size);
}

int main(int argc, char **argv)
{
	struct dirent **inputs;
	int count;

	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			replay("", argv[i]);
		return 0;
	}
	count = scandir(FUZZ_CORPUS, &inputs, is_input, by_name);
	ENSURE(count > 0);
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		replay(FUZZ_CORPUS "/", inputs[i]->d_name);
		printf("ok %d - %s\n", i + 1, inputs[i]->d_name);
		fflush(stdout);
		free(inputs[i]);
	}
	free(inputs);
	return 0;
}
