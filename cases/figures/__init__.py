"""Figures for reports, computed from dated facts: as of any day, each opening to the records behind it."""
