"""The learner's pages: Today, my path, my skills, a lesson, who sees what about me, and permanent links.

They are composed from what the floors below say about one person. Nothing here changes content, and the record is
changed by the floors that keep it.
"""
