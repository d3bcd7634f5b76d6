"""How satisfied are those whom a pilot serves (满意度调查; scorecard, row 20), asked without an account?"""
