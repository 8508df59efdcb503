"""One small factory per noun. Each makes a valid thing with as little said as possible; pass what the test is about.

Tests import the modules under their own names: ``from tests.factories import people, paths``.

* ``basics``: moments (MONDAY...), ids (``uid``), keys of acts (``key``), what must not be kept between tests.
* ``people``: people, their duties, teams, customers.
* ``paths``: skills, role profiles, steps, paths, enrolments.
* ``coaching``: coaches, grants, prompts, questions, sessions, commitments; ``help_scene`` puts them together.
* ``practice``: scenarios and recall questions.
* ``judging``: standards, requests, observations and decisions near the clock's now, around a ``scene``.
* ``decisions``: the same at moments that are given, around a ``decision_scene``.
* ``learners``: a learner in the middle of a path with something of everything.
* ``cms``: authored pages and snippets.
"""
