"""The year of a region: the programme that it opens, and the work plans that its prefectures file (part 3)."""
