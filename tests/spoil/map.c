/* SPDX-License-Identifier: MIT */
/*
 * The memory map and the end of boot services, through functions of ours in the firmware's table. A
 * refused ExitBootServices leaves the memory services alone (UEFI 2.10, 7.4): whoever calls
 * anything else then is told on.
 */
#include "tests/spoil/spoil.h"

enum { ADDED_MAX = 8 };
/* What the map grows by: reserved, far above all memory, with gaps so that nothing merges. */
#define GROWN_BASE 0x4000000000UL
#define GROWN_STEP 0x2000UL

static struct {
	EFI_MEMORY_DESCRIPTOR first;
	uint64_t count;
} added[ADDED_MAX];
static size_t added_count;
static uint64_t grow, refusals, exits;
static bool is_closing;

static EFI_GET_MEMORY_MAP real_get;
static EFI_EXIT_BOOT_SERVICES real_exit;
static EFI_BOOT_SERVICES saved;

static EFI_MEMORY_DESCRIPTOR *at_index(EFI_MEMORY_DESCRIPTOR *map, UINTN stride, UINTN index)
{
	return (EFI_MEMORY_DESCRIPTOR *)((char *)map + stride * index);
}

static UINTN count_more(void)
{
	UINTN count = is_closing ? grow : 0;

	for (size_t i = 0; i < added_count; i++)
		count += added[i].count;
	return count;
}

/* The bytes left without what is not to be listed. */
static UINTN leave_out(EFI_MEMORY_DESCRIPTOR *map, UINTN size, UINTN stride)
{
	UINTN kept = 0;

	for (UINTN i = 0; i < size / stride; i++) {
		if (at_index(map, stride, i)->Type == TYPE_UNLISTED)
			continue;
		copy(at_index(map, stride, kept++), at_index(map, stride, i), stride);
	}
	return kept * stride;
}

static UINTN append(EFI_MEMORY_DESCRIPTOR *map, UINTN size, UINTN stride, EFI_MEMORY_DESCRIPTOR one)
{
	copy(at_index(map, stride, size / stride), &one, sizeof(one));
	return size + stride;
}

static UINTN append_all(EFI_MEMORY_DESCRIPTOR *map, UINTN size, UINTN stride)
{
	for (size_t i = 0; i < added_count; i++) {
		EFI_MEMORY_DESCRIPTOR one = added[i].first;

		for (uint64_t k = 0; k < added[i].count; k++) {
			size = append(map, size, stride, one);
			one.PhysicalStart += 2 * one.NumberOfPages * PAGE_SIZE;
		}
	}
	for (uint64_t k = 0; is_closing && k < grow; k++) {
		EFI_MEMORY_DESCRIPTOR one = {.Type = EfiReservedMemoryType,
					     .PhysicalStart = GROWN_BASE + k * GROWN_STEP,
					     .NumberOfPages = 1};

		size = append(map, size, stride, one);
	}
	return size;
}

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
					UINTN *stride, UINT32 *version)
{
	UINTN room = *size;
	EFI_STATUS status = real_get(size, map, key, stride, version);
	UINTN more;

	if (EFI_ERROR(status) && status != EFI_BUFFER_TOO_SMALL)
		return status;
	more = count_more() * *stride;
	if (EFI_ERROR(status) || *size + more > room) {
		*size += more;
		return EFI_BUFFER_TOO_SMALL;
	}
	*size = append_all(map, leave_out(map, *size, *stride), *stride);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI told_on(void)
{
	serial_say("spoil: violation: a boot service after ExitBootServices was refused\r\n");
	return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI output(SIMPLE_TEXT_OUTPUT_INTERFACE *out, CHAR16 *text)
{
	(void)out;
	(void)text;
	return told_on();
}

/* Leave the memory services, and this function. */
static void close_services(void)
{
	void **table = (void **)((char *)services + sizeof(services->Hdr));
	size_t count = (sizeof(*services) - sizeof(services->Hdr)) / sizeof(*table);
	EFI_BOOT_SERVICES open;

	copy(&saved, services, sizeof(saved));
	copy(&open, services, sizeof(open));
	for (size_t i = 0; i < count; i++)
		table[i] = (void *)told_on;
	services->AllocatePages = open.AllocatePages;
	services->FreePages = open.FreePages;
	services->GetMemoryMap = open.GetMemoryMap;
	services->AllocatePool = open.AllocatePool;
	services->FreePool = open.FreePool;
	services->ExitBootServices = open.ExitBootServices;
	firmware->ConOut->OutputString = output;
}

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
	if (exits++ < refusals) {
		if (!is_closing)
			close_services();
		is_closing = true;
		return EFI_INVALID_PARAMETER;
	}
	if (is_closing) /* the firmware's drivers are told of the end, and call what they like */
		copy(services, &saved, sizeof(saved));
	return real_exit(image, key);
}

void map_hook(void)
{
	EFI_TABLE_HEADER *header = &services->Hdr;
	UINT32 crc = 0;

	if (real_get)
		return;
	real_get = services->GetMemoryMap;
	real_exit = services->ExitBootServices;
	services->GetMemoryMap = get_memory_map;
	services->ExitBootServices = exit_boot_services;
	header->CRC32 = 0;
	services->CalculateCrc32(header, header->HeaderSize, &crc);
	header->CRC32 = crc;
}

/* TYPE:START:PAGES[:COUNT] */
void map_add(char *value)
{
	if (added_count == ADDED_MAX)
		fail("too many rows", "map.add");
	added[added_count].first.Type = (UINT32)number(&value);
	added[added_count].first.PhysicalStart = number(&value);
	added[added_count].first.NumberOfPages = number(&value);
	added[added_count++].count = *value ? number(&value) : 1;
	map_hook();
}

/* N descriptors, once ExitBootServices was refused */
void map_grow(char *value)
{
	grow = number(&value);
	map_hook();
}

/* N times */
void exit_refuse(char *value)
{
	refusals = number(&value);
	map_hook();
}
