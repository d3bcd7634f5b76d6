"""What a superior wants to see done, and by when (督办)."""
