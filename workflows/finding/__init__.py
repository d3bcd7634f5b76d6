"""A finding on the rectification ledger: rectified, reviewed, closed or referred (action plan, part 4 (2))."""
