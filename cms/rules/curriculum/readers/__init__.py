"""One reader per structure of the curriculum, grouped by file. They check form only; ``checks`` looks at
meaning.
"""
