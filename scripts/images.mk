# SPDX-License-Identifier: MIT
# Boot media. Included last: what other .mk files add to MEDIA is made and summed up as well.

MEDIA += $(addprefix $(BUILD)/,hvsmp.efi hvsmp.img hvsmp.iso hvsmp.vhdx)

images: $(BUILD)/SHA256SUMS ## boot media: hvsmp.img, .iso, .vhdx, hvsmp-signed.efi, SHA256SUMS

# A new commit or SOURCE_DATE_EPOCH makes new media, everything else leaves them alone.
$(BUILD)/media-date: FORCE
	$(Q)$(PYTHON) scripts/images.py epoch $@

IMAGES_NEED = $(BUILD)/media-date scripts/images.py scripts/source_date.py scripts/vm.py
MAKE_IMAGE = $(if $(V),,@echo "IMAGE $@" &&) $(PYTHON) scripts/images.py

$(BUILD)/hvsmp.img: $(BUILD)/hvsmp.efi boot/hvsmp.cfg $(IMAGES_NEED)
	$(MAKE_IMAGE) img $@ $(BUILD)/hvsmp.efi boot/hvsmp.cfg

$(BUILD)/grub.efi: $(IMAGES_NEED)
	$(MAKE_IMAGE) grub $@

$(BUILD)/hvsmp.iso: $(BUILD)/hvsmp.efi $(BUILD)/grub.efi boot/grub.cfg $(IMAGES_NEED)
	$(MAKE_IMAGE) iso $@ $(BUILD)/hvsmp.efi $(BUILD)/grub.efi boot/grub.cfg

$(BUILD)/hvsmp.vhdx: $(BUILD)/hvsmp.img scripts/vhdx.py $(IMAGES_NEED)
	$(MAKE_IMAGE) vhdx $@ $(BUILD)/hvsmp.img

$(BUILD)/SHA256SUMS: $(MEDIA) scripts/images.py
	$(Q)$(PYTHON) scripts/images.py sums $@ $(MEDIA)
	@cat $@

.PHONY: images
