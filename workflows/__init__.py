"""What may happen, who does it and in what order: the one door and one file per kind of case."""
