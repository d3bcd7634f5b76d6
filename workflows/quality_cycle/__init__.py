"""The annual quality cycle: self-check, county verification, rectification (action plan, part 3)."""
