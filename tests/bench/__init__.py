"""Measured claims, as ratios against a baseline taken side by side in the same run: ``make bench``."""
