"""How is a pilot scored, by whom, and what do commission and finance bureau make of it (pilot plan, annex)?"""
