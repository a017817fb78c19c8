# SPDX-License-Identifier: MIT
"""Mutations: does a test notice when a line is wrong?"""
