# SPDX-License-Identifier: MIT
# Boot media. Included last: what other .mk files add to MEDIA is made and summed up as well.

MEDIA += $(addprefix $(BUILD)/,hvsmp.efi hvsmp.img hvsmp.iso hvsmp.vhdx hvsmp-azure.vhd)

images: $(BUILD)/SHA256SUMS ## boot media: hvsmp.img, .iso, .vhdx, VHD, hvsmp-signed.efi, SHA256SUMS

# For Azure, of either architecture (docs/azure.md).
azure: $(BUILD)/$(KERNEL)-azure.vhd ## the disk for Azure: build/hvsmp-azure.vhd (also ARCH=aarch64)

# A new commit or SOURCE_DATE_EPOCH makes new media, everything else leaves them alone.
$(BUILD)/media-date: FORCE
	$(Q)$(PYTHON) -m tools.image.images epoch $@

IMAGES_NEED = $(BUILD)/media-date tests/tools/image/images.py tests/tools/image/source_date.py \
	tests/tools/image/vhd.py tests/tools/machine/vm.py
MAKE_IMAGE = $(if $(V),,@echo "IMAGE $@" &&) $(PYTHON) -m tools.image.images

$(BUILD)/hvsmp.img: $(BUILD)/hvsmp.efi boot/hvsmp.cfg $(IMAGES_NEED)
	$(MAKE_IMAGE) img $@ $(BUILD)/hvsmp.efi boot/hvsmp.cfg

$(BUILD)/grub.efi: $(IMAGES_NEED)
	$(MAKE_IMAGE) grub $@

$(BUILD)/hvsmp.iso: $(BUILD)/hvsmp.efi $(BUILD)/grub.efi boot/grub.cfg $(IMAGES_NEED)
	$(MAKE_IMAGE) iso $@ $(BUILD)/hvsmp.efi $(BUILD)/grub.efi boot/grub.cfg

$(BUILD)/hvsmp.vhdx: $(BUILD)/hvsmp.img tests/tools/image/vhdx.py $(IMAGES_NEED)
	$(MAKE_IMAGE) vhdx $@ $(BUILD)/hvsmp.img

$(BUILD)/hvsmp-azure.vhd: $(BUILD)/hvsmp.efi boot/azure.cfg $(IMAGES_NEED)
	$(MAKE_IMAGE) azure $@ $(BUILD)/hvsmp.efi boot/azure.cfg

$(BUILD)/hvsmp-aa64-azure.vhd: $(BUILD)/hvsmp-aa64.efi boot/azure.cfg $(IMAGES_NEED)
	$(MAKE_IMAGE) azure-aa64 $@ $(BUILD)/hvsmp-aa64.efi boot/azure.cfg

$(BUILD)/SHA256SUMS: $(MEDIA) tests/tools/image/images.py
	$(Q)$(PYTHON) -m tools.image.images sums $@ $(MEDIA)
	@cat $@

.PHONY: images azure
