"""How plain numbers become drawings: where every line, bar and word stands. No queries, no markup, no colours."""
