# SPDX-License-Identifier: ISC
"""Real mail servers for tests and the demo: private, on loopback, gone afterwards."""
