"""The same problem in many institutions, and the joint measure against it (普遍性问题)."""
