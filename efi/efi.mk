# SPDX-License-Identifier: MIT
# One recipe for all EFI images: who has one says `$(BUILD)/NAME.so: OBJECTS`, and NAME.efi can be made.

# GNU-EFI is asked for headers alone: its start code has another contract in each release.
EFI_INCLUDE = /usr/include/efi

EFI_LDFLAGS = -nostdlib -shared -Bsymbolic -z nocombreloc -z noexecstack --no-undefined \
	--no-warn-rwx-segments --build-id=none -T linker.ld
PE_SECTIONS = $(addprefix -j ,.text .reloc .rodata .sbat .rela .data)

.SECONDARY: $(EFI_ENTRY)
-include $(EFI_ENTRY:.o=.d)

$(BUILD)/%.so: $(EFI_ENTRY) linker.ld
	@mkdir -p $(@D)
	$(if $(V),,@echo "LD    $@")
	$(Q)$(LD) $(EFI_LDFLAGS) $(filter %.o,$^) -o $@

# -S: symbols stay in the ELF file; behind the sections of a PE image signers take them for a gap.
$(BUILD)/%.efi: $(BUILD)/%.so tests/tools/image/pe.py
	$(if $(V),,@echo "EFI   $@")
	$(Q)$(OBJCOPY) -S $(PE_SECTIONS) --target=$(EFI_TARGET) --file-alignment 512 \
		--section-alignment 4096 $< $@
	$(Q)$(PYTHON) -m tools.image.pe $@ $(if $(filter %/$(KERNEL).efi,$@),--sbat)
