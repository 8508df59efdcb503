"""What an operation costs: queries and processor time of the real server, beside a floor measured in the same run.

Also ``manage.py generate_people``, which makes the people to measure with; installed nowhere but in development, in the
demo and where ``bin/bench`` measures.
"""
