"""Authoring: what authors write, reviewed, published and compiled into versions of the record.

Also the frame that content hangs in, loading the curriculum from files, and what refuses to take content away on which
others depend. It knows no page of a learner.
"""
