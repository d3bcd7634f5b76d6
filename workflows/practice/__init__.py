"""Typical cases and good practices: nominated, selected, published in the bulletin (part 4 (3))."""
