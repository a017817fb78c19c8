# SPDX-License-Identifier: MIT
# Chance: `make campaign` combines faults, `make races` repeats one start.

campaign: all ## random faults, machines and options against what holds for every run (RUNS=, SEED=)
	@$(PYTHON) -m lab.campaign.campaign --build $(BUILD) --seed '$(or $(SEED),1)' \
		--jobs '$(if $(filter command environment,$(origin JOBS)),$(JOBS),1)' \
		$(if $(RUNS),--runs '$(RUNS)') $(if $(FIRST),--first '$(FIRST)') \
		$(if $(RUN),--run '$(RUN)')

races: all ## the same start over and over, beside a busy loop (RUNS=)
	@$(PYTHON) -m lab.campaign.races --build $(BUILD) \
		$(if $(RUNS),--runs '$(RUNS)') $(if $(FIRST),--first '$(FIRST)') \
		$(if $(RUN),--run '$(RUN)')

.PHONY: campaign races
