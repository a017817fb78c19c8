/* SPDX-License-Identifier: MIT */
/*
 * Start reading here: the lines of \EFI\spoil\spoil.cfg are done in their order, each is said, and
 * the kernel is started.
 */
#include "tests/spoil/spoil.h"

#define CONFIG_SIZE 16384
#define PATH_SIZE   1024
#define NODE_SIZE   4 /* the header of a device path node */
#define NAME_SIZE   128

static CHAR16 config_path[] = L"\\EFI\\spoil\\spoil.cfg";

EFI_HANDLE own_image;
EFI_SYSTEM_TABLE *firmware;
EFI_BOOT_SERVICES *services;

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

static const struct spoil_row rows[] = {
	{"acpi.patch", acpi_patch},
	{"acpi.poke", acpi_poke},
	{"acpi.sum", acpi_sum},
	{"acpi.swap", acpi_swap},
	{"acpi.extend", acpi_extend},
	{"acpi.entry", acpi_entry},
	{"acpi.hide", acpi_hide},
	{"acpi.copy", acpi_copy},
	{"acpi.add", acpi_add},
	{"acpi.move", acpi_move},
	{"map.add", map_add},
	{"map.grow", map_grow},
	{"exit.refuse", exit_refuse},
	{"reset", reset_by},
	{"screen.base", screen_base},
	{"memory.refuse", memory_refuse},
	{"options", child_options},
	{"shell", child_shell},
	{NULL, NULL},
};

static void *protocol_of(EFI_HANDLE handle, EFI_GUID guid, const char *what)
{
	void *protocol;

	if (EFI_ERROR(services->HandleProtocol(handle, &guid, &protocol)))
		fail("no such protocol", what);
	return protocol;
}

void *take_pages(uint32_t type, size_t bytes)
{
	EFI_PHYSICAL_ADDRESS at = 0xFFFFFFFF;
	UINTN pages = (bytes + PAGE_SIZE - 1) / PAGE_SIZE;

	if (EFI_ERROR(
		    services->AllocatePages(AllocateMaxAddress, (EFI_MEMORY_TYPE)type, pages, &at)))
		fail("no memory", "");
	services->SetMem((void *)at, pages * PAGE_SIZE, 0);
	return (void *)at;
}

static char *read_config(EFI_HANDLE volume_handle)
{
	static char text[CONFIG_SIZE];
	EFI_FILE_IO_INTERFACE *volume =
		protocol_of(volume_handle, (EFI_GUID)SIMPLE_FILE_SYSTEM_PROTOCOL, "file system");
	EFI_FILE_HANDLE root, file;
	UINTN size = sizeof(text) - 1;

	if (EFI_ERROR(volume->OpenVolume(volume, &root)) ||
	    EFI_ERROR(root->Open(root, &file, config_path, EFI_FILE_MODE_READ, 0)) ||
	    EFI_ERROR(file->Read(file, &size, text)) || size == sizeof(text) - 1)
		fail("cannot be read, or is too long", "spoil.cfg");
	text[size] = '\0';
	return text;
}

static bool run_row(const struct spoil_row *row, const char *name, char *value)
{
	for (; row->name; row++) {
		if (equal(row->name, name)) {
			row->run(value);
			return true;
		}
	}
	return false;
}

static void run_line(char *line)
{
	char *name;

	say("spoil: ");
	say(line);
	say("\n");
	name = cut(&line, '=');
	if (!run_row(rows, name, line) && !run_row(machine_rows, name, line))
		fail("there is no such row", name);
}

static void put_node(uint8_t *at, uint8_t type, uint8_t subtype, size_t length)
{
	at[0] = type;
	at[1] = subtype;
	at[2] = (uint8_t)length;
	at[3] = (uint8_t)(length >> 8);
}

/* UEFI 10.3: the volume's path, a file path node, the end. */
static EFI_DEVICE_PATH *path_of_kernel(EFI_HANDLE volume)
{
	static uint8_t path[PATH_SIZE + NODE_SIZE + NAME_SIZE + NODE_SIZE];
	const uint8_t *from = protocol_of(volume, (EFI_GUID)DEVICE_PATH_PROTOCOL, "device path");
	size_t size = sizeof(CHAR16);
	size_t at = 0;

	for (size_t i = 0; machine_kernel[i]; i++)
		size += sizeof(CHAR16);
	if (size > NAME_SIZE)
		fail("too long", "the kernel's path");
	while (from[at] != END_DEVICE_PATH_TYPE) {
		at += from[at + 2] | (size_t)from[at + 3] << 8;
		if (at > PATH_SIZE)
			fail("too long", "the volume's path");
	}
	copy(path, from, at);
	put_node(path + at, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, NODE_SIZE + size);
	copy(path + at + NODE_SIZE, machine_kernel, size);
	at += NODE_SIZE + size;
	put_node(path + at, END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, NODE_SIZE);
	return (EFI_DEVICE_PATH *)path;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
	EFI_LOADED_IMAGE *loaded;
	EFI_HANDLE kernel;
	char *text;

	own_image = image;
	firmware = system_table;
	services = firmware->BootServices;
	loaded = protocol_of(image, (EFI_GUID)LOADED_IMAGE_PROTOCOL, "loaded image");
	text = read_config(loaded->DeviceHandle);
	if (EFI_ERROR(services->LoadImage(FALSE, image, path_of_kernel(loaded->DeviceHandle), NULL,
					  0, &kernel)))
		fail("cannot be loaded", "the kernel");
	while (*text) {
		char *line = cut(&text, '\n');

		if (*line && *line != '#')
			run_line(line);
	}
	child_give(kernel);
	cpu_change();
	services->StartImage(kernel, NULL, NULL);
	fail("came back", "the kernel");
}
