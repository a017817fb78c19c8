# SPDX-License-Identifier: MIT
# A release: all that is made for others, in one directory. docs/releases.md.
# What other .mk files add to DIST is part of it.

.PHONY: dist dist-check dist-tag dist-arm64

DIST_DIR = $(BUILD)/dist
DIST += $(MEDIA) $(BUILD)/refhv.efi $(patsubst %.crt,%.cer,$(SIGN_CERT))

# Of ARM64 where there is a compiler for it.
DIST_ARM64 = $(if $(shell command -v aarch64-linux-gnu-gcc),$(addprefix $(BUILD)/aarch64/, \
	hvsmp-aa64.efi refhv-aa64.efi hvsmp-aa64-azure.vhd))
dist-arm64: $(if $(DIST_ARM64),arm64)

dist: $(DIST) dist-arm64 ## a release in build/dist/: images, media, bill of materials, SHA256SUMS
	@$(PYTHON) -m tools.image.dist make $(DIST_DIR) '$(VERSION)' $(DIST) $(DIST_ARM64)

# The certificate lies beside its key, or is the user's own.
$(KEYS)/hvsmp.cer: $(KEYS)/hvsmp.crt ;

dist-check: dist ## once more, in another directory: the same bytes?
	@rm -rf $(BUILD)/dist-check
	@$(MAKE) --no-print-directory -s BUILD=$(BUILD)/dist-check VERSION='$(VERSION)' dist \
		>/dev/null
	@$(PYTHON) -m tools.image.dist same $(DIST_DIR) $(BUILD)/dist-check/dist
	@rm -rf $(BUILD)/dist-check

dist-tag: ## do a tag, VERSION and changelog agree? TAG=v1.2.3
	@$(PYTHON) -m tools.image.dist tag '$(TAG)'
