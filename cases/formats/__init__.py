"""Answers: in what form does each language write dates? (Django's FORMAT_MODULE_PATH.)"""
