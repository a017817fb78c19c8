# SPDX-License-Identifier: MIT
# `make mutants` breaks one line at a time, in copies of the tree, and sees whether a test notices.

mutants: ## mutations against host tests and boot cases (ROOM=, ONLY=, COUNT=, SEED=, HOST_ONLY=1)
	@$(PYTHON) -m lab.mutants.mutants --build $(BUILD) --jobs '$(JOBS)' --room '$(ROOM)' \
		--only '$(ONLY)' $(if $(COUNT),--count '$(COUNT)') --seed '$(or $(SEED),1)' \
		$(if $(HOST_ONLY),--host-only) $(if $(SURE),--sure) \
		$(if $(KEEP),--keep) $(if $(TRUST),--trust) \
		$(if $(SCORE),--score '$(SCORE)')

.PHONY: mutants
