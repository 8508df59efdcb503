"""Bringing people from a file of an HR system, and taking them out in the same shape.

``files`` keeps a file and what its columns are, ``correcting`` what was put right in it; ``looking`` says what it
would write, on what ``record`` reads; then ``applying`` writes it in one act, with ``teams``; ``back`` takes that back
within the day. ``invitations`` and ``proposals`` are what follows, ``of_person`` is what the page of a person says.
Reading and comparing are rules (``lms.rules.people_files``): nothing here knows a file. Nobody's address, duty or grant
changes here, and a passphrase is never made.
"""
