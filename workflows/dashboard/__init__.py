"""How a county, prefecture, region or the nation stands: one page of figures, each of which opens to its records."""
