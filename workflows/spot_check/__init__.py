"""Spot-checks: the draw, the teams and the replacements (省级实地抽查, 国家抽查评估)."""
