# SPDX-License-Identifier: MIT
# Secure Boot: a key, the signed image, variables for OVMF with the key enrolled.
# docs/secure-boot.md.

KEYS      ?= keys
SIGN_KEY  ?= $(KEYS)/hvsmp.key
SIGN_CERT ?= $(KEYS)/hvsmp.crt
SECURE_PY  = $(PYTHON) -m tools.image.secure

MEDIA += $(BUILD)/hvsmp-signed.efi

.PHONY: keys sign
keys: ## make a key and certificate for Secure Boot in keys/, once (KEYS=directory)
	@$(SECURE_PY) keys '$(KEYS)'

sign: $(BUILD)/hvsmp-signed.efi ## sign the kernel for Secure Boot (SIGN_KEY=, SIGN_CERT=)
	@echo "$< is signed with $(SIGN_KEY)"

# Without a key of the user's own one is made.
MADE_KEY = $(filter $(KEYS)/%,$(SIGN_KEY) $(SIGN_CERT))
$(KEYS)/hvsmp.key $(KEYS)/hvsmp.crt &:
	@$(SECURE_PY) keys '$(KEYS)'

# Signed anew each time, because the key may be another one; written only if that changes a byte.
$(BUILD)/hvsmp-signed.efi: $(BUILD)/hvsmp.efi $(MADE_KEY) FORCE
	$(if $(V),,@echo "SIGN  $@")
	$(Q)$(SECURE_PY) sign '$(SIGN_KEY)' '$(SIGN_CERT)' $< $@

$(BUILD)/secure-vars.fd: $(MADE_KEY) FORCE
	@mkdir -p $(@D)
	$(if $(V),,@echo "ENROL $@")
	$(Q)$(SECURE_PY) enrol '$(SIGN_CERT)' $@
