"""Addresses of what everybody looks at."""

from django.urls import path

from cms.views import go, home, lessons, notices, pictures, setup, skills, today, who_sees
from cms.views import path as my_path

urlpatterns = [
    path("", home.home, name="home"),
    path("today/", today.today, name="today"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read, name="notices_read"),
    path("notices/mail/", notices.mail, name="notices_mail"),
    path("me/who-sees/", who_sees.who_sees, name="who_sees"),
    path("path/", my_path.path, name="path"),
    path("step/<uuid:step_uid>/", my_path.step, name="step"),
    path("course/<uuid:course_uid>/", lessons.course, name="course"),
    path("lesson/<uuid:lesson_uid>/", lessons.lesson, name="lesson"),
    path("skills/", skills.skills, name="skills"),
    path("skills/<slug:slug>/", skills.skill, name="skill"),
    path("setup/", setup.setup, name="setup"),
    path("go/<uuid:uid>/", go.go, name="go"),
    # Of pictures only scaled ones have an address; originals and papers have none here (docs/decisions/0020).
    path("media/<path:name>", pictures.picture, name="rendition"),
    path("patterns/", home.patterns, name="patterns"),
]
