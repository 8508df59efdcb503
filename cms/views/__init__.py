"""What everybody looks at: the homes of learners, their path, lessons, skills, and permanent links."""
