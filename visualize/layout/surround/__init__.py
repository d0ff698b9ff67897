"""Surround: what is beside the boxes of a figure and around all of it."""
