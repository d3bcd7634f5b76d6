"""What does an inspector look at, note and find? Search over all trails, one trail, two days compared, notes."""
