# SPDX-License-Identifier: MIT
# Debian's az for the test that its parser takes the commands of scripts/azure.

.PHONY: deps-azure
deps-azure: ## az for a test of scripts/azure, in build/azure-cli/ (Debian, Ubuntu; 700 MB)
	@$(PYTHON) -m lab.azure.cli
