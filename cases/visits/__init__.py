"""What a team writes while it visits, beside the door (实地抽查)."""
