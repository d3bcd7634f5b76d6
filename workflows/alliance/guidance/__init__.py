"""What has a guidance centre for older people done in a year, and is it behind its targets (pilot plan, part 2 (1))?"""
