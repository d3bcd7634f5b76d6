"""Which institutions are visited: the frame of a spot-check and a draw that anyone can do again (组织专家开展抽查评估).

The draw is made of pure functions over plain data; ``docs/sampling.md`` states the same steps for a sceptic with a
spreadsheet.
"""
