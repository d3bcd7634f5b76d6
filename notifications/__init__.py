"""Who is told, and how: turns the delivery rows of case events into messages."""
