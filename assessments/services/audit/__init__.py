"""Is every sign-off still what was signed, by somebody who could sign it? Reading the whole record to see.

``records`` reads every table without a join, ``log`` walks the record's log, ``rows`` compares each row with its entry,
``versions`` and ``words`` compare what was published and said, ``replay`` judges each event again, ``same_person`` what
one human did by several accounts, ``files`` and ``gates`` look at what hangs on it, ``schema`` compares guards and
constraints, ``anchors`` keeps what was found, and ``verify`` puts them together. Each row is judged by itself
(``finding.guarded``). Nothing here decides, signs or opens a gate; the ledger itself is written by ``ledger``.
"""
