"""Forms of helping, one module a subject: shape only, what it means is checked by the services.

The key of an act is no field: views read it with ``lms.requests.key_of``.
"""
