"""Dates on screen: why this date, and the local closures that move dates."""
