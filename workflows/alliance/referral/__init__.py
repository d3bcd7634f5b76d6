"""How does a patient go up to the lead hospital and back down (双向转诊; pilot plan, part 2 (2) 2)?"""
