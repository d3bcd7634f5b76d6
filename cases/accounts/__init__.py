"""Who may come in, and under which posts: accounts, and appointments that two people make (三员分立)."""
