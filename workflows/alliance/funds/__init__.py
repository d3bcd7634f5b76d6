"""Is the money that was given for a purpose used for it (pilot plan, parts 2 (2) 3 and 4 (3))?"""
