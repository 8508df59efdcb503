"""Files with people, as an HR system writes them: bytes in, people with their problems out.

In the order in which a file goes through: ``text`` (bytes to letters), ``tables`` and ``workbooks`` (rows of cells),
``corrections`` (what somebody put right on the page), ``columns`` (which column is what), ``dates``, ``rows`` (a frozen
spec a person), ``compare`` (against what the record holds: what an import would write), ``places`` (which teams and
managers follow from the columns), ``words`` (a change as people read it). Nothing here knows the database. Whatever a
file holds, the answer is a table, or Invalid with a sentence.
"""
