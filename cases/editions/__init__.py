"""What do the rules of a year say? Editions: policy as data, checked when loaded, immutable once used."""
