"""Cases: an encounter is asked for, seen and written down, evidence is added, and a coach decides.

From the first request to the decision, and what each page of it shows. It is not the record of sign-offs (``ledger``),
nor what is worked out from many of them (``standing``).
"""
