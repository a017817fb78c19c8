# SPDX-License-Identifier: MIT
"""debug.py, as far as it goes without a machine."""
import struct
import tempfile
import unittest
from pathlib import Path

from tools.machine import debug, vm

ENTRY, TEXT_RVA, TEXT_AT = 0x1020, 0x1000, 0x200


def pe_image() -> bytes:
    """Just what patch_entry reads: one section, its entry point 0x20 into it."""
    image = bytearray(TEXT_AT + 0x100)
    pe, optional = 0x40, 0xF0
    struct.pack_into("<I", image, debug.PE_POINTER, pe)
    struct.pack_into("<H", image, pe + 6, 1)
    struct.pack_into("<H", image, pe + 20, optional)
    struct.pack_into("<I", image, pe + debug.PE_ENTRY, ENTRY)
    struct.pack_into("<4I", image, pe + 24 + optional + 8, 0x100, TEXT_RVA, 0x100, TEXT_AT)
    image[TEXT_AT + 0x20 : TEXT_AT + 0x22] = b"\x48\x83"
    return bytes(image)


class Debug(unittest.TestCase):
    def test_the_entry_spins_and_can_be_put_back(self):
        image = pe_image()
        patched, entry, original = debug.patch_entry(image)
        self.assertEqual((entry, original), (ENTRY, b"\x48\x83"))
        at = TEXT_AT + 0x20
        self.assertEqual(patched[at : at + 2], debug.SPIN)
        self.assertEqual(patched[:at] + original + patched[at + 2 :], image)

    def test_so_does_arm64s_in_its_own_instruction(self):
        image = pe_image()
        patched, _, original = debug.patch_entry(image, debug.ARM64_SPIN)
        at = TEXT_AT + 0x20
        self.assertEqual(patched[at : at + 4], struct.pack("<I", 0x14000000))  # B, offset 0
        self.assertEqual(patched[:at] + original + patched[at + 4 :], image)

    def test_an_entry_outside_all_sections_is_an_error(self):
        image = bytearray(pe_image())
        struct.pack_into("<I", image, 0x40 + debug.PE_ENTRY, 0x9000)
        with self.assertRaisesRegex(vm.Unusable, "entry point"):
            debug.patch_entry(bytes(image))

    def test_the_hypervisor_beneath_tells_where_it_lies(self):
        with tempfile.TemporaryDirectory() as name:
            log = Path(name) / "refhv.log"
            log.write_text("chatter\nrefhv: start version=1 preset=none image=0x3de4f000\n")
            command = debug.refhv_symbols(log, Path("refhv.so"))
            self.assertEqual(command.split()[0], "add-symbol-file")
            self.assertTrue(command.endswith(" -o 0x3de4f000\n"))
            log.write_text("refhv: start version=1 preset=none\n")
            with self.assertRaisesRegex(vm.Unusable, "does not say"):
                debug.refhv_symbols(log, Path("refhv.so"))


if __name__ == "__main__":
    unittest.main()
