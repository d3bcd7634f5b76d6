"""What an operator does by command: look whether the system is ready, back it up, restore it."""
