"""Where the pages are that everybody looks at, and those of authors."""

ADDRESSES = {
    "authoring": "wagtailadmin_home",
    "calibration set of authors": "wagtailsnippets_cms_calibrationsource:edit",
    "lesson": "lesson",
    "notices": "notices",
    "own path": "path",
    "own skills": "skills",
    "page of authors": "wagtailadmin_pages:edit",
    "permanent link": "go",
    "role profile of authors": "wagtailsnippets_cms_roleprofilesource:edit",
    "skill": "skill",
    "skill of authors": "wagtailsnippets_cms_skillsource:edit",
    "step": "step",
    "today": "today",
}
