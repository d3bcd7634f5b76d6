"""Answers: what really is a file that somebody sends, and may it be kept? (design, Uploads; ADR 0012 and its successor)

``examine`` decides by content, name and size together, and hands on what is stored: pictures drawn anew without what
the camera wrote beside them, everything else byte by byte. Nothing here knows a case.
"""

from cases.uploads.examining import ACCEPT, LONGEST_NAME, Examined, FileType, clean_name, examine

__all__ = ["ACCEPT", "LONGEST_NAME", "Examined", "FileType", "clean_name", "examine"]
