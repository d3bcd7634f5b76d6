"""Who runs an alliance (管委会), what do they decide, and what do they plan for the year?"""
