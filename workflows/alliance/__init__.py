"""How does an alliance pilot run from application to outcome (pilot plan, parts 2 (2) and 3)?"""
