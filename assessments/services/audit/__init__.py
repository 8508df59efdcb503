"""Is every sign-off still what was signed, by somebody who could sign it? Reading the whole record to see.

``records`` reads every table without a join, ``log`` walks the record's log, ``rows`` compares each row with its entry,
``replay`` judges each event again, ``schema`` compares guards and constraints, ``anchors`` keeps what was found, and
``verify`` puts them together. Nothing here decides, signs or opens a gate; the ledger itself is written by ``ledger``.
"""
