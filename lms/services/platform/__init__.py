"""The platform: acts and the log, people with their addresses and duties, language, notices and mail, navigation.

Every floor uses it; it knows nothing of skills, paths or steps (``record``).
"""
