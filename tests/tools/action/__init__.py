# SPDX-License-Identifier: MIT
"""action.yml, as far as it can be tried without GitHub."""
