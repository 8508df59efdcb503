"""The names of the parts of a curriculum."""

FRAME = "1-skills.yaml"
LEARNING = "2-learning.yaml"
SCENARIOS = "3-scenarios.yaml"
PROGRAMME = "4-programme.yaml"
PEOPLE = "5-people.yaml"
LESSONS = "lessons"
