"""How long has a doctor worked at the members of an alliance (基层工作经历)?"""
