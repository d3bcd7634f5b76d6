"""Filters of a list that a person keeps under a name of their own (保存为我的视图)."""
