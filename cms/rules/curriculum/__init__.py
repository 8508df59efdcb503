"""Reads the curriculum of ``curriculum/`` into frozen dataclasses and names every mistake by file and line.

Pure Python, without Django: ``manage.py load_curriculum`` reads here and writes through the services. The
dataclasses are in ``cms.rules.curriculum.documents``.
"""

from cms.rules.curriculum.checks import check_curriculum
from cms.rules.curriculum.documents import Curriculum
from cms.rules.curriculum.read import read_curriculum
from cms.rules.curriculum.source import Problem

__all__ = ["Curriculum", "Problem", "check_curriculum", "read_curriculum"]
