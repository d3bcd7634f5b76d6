"""Visits of expert teams to drawn institutions: assessment, reply, conclusion, findings (实地抽查)."""
