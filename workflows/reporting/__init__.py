"""Who has reported, and who in time: by region, prefecture, county and institution, for every step of the year."""
