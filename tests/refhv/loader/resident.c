/* SPDX-License-Identifier: MIT */
/*
 * The hypervisor must outlive the image that the firmware loaded, and hide from the guest. So the
 * image, with all state the loader has gathered, is copied to the arena, and its relocations are
 * applied anew. (A runtime driver would stay, but the boot manager does not start one.) The state
 * must not hold pointers into the image: those of the copy are made from the relocations, which
 * are all of the one kind, base + addend (tests/tools/image/pe.py).
 */
#include "tests/refhv/loader/boot.h"

#include <elf.h>

/* From linker.ld. */
extern const uint8_t ImageBase[];
extern const uint8_t _image_end[];
extern const Elf64_Rela __rela_start[];
extern const Elf64_Rela __rela_end[];

uint64_t resident_image_size(void)
{
	return (uint64_t)(_image_end - ImageBase);
}

uint64_t resident_copy(void *to, const void *function)
{
	uint8_t *copy = to;

	for (uint64_t i = 0; i < resident_image_size(); i++)
		copy[i] = ImageBase[i];
	for (const Elf64_Rela *r = __rela_start; r < __rela_end; r++)
		*(uint64_t *)(copy + r->r_offset) = (uint64_t)copy + (uint64_t)r->r_addend;
	return (uint64_t)(copy + ((const uint8_t *)function - ImageBase));
}
