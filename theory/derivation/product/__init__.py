"""Chapters on the network with a target: losses that need not be even."""
