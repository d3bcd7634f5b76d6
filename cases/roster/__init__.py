"""How do institutions and people get in? From an Excel file: read, checked row by row, written as a whole."""
