"""Annex 2 of the prefectures and the report of the region: drafted from records, filed, frozen (part 3 (3))."""
