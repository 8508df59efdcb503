"""Where the pages are that everybody looks at, and those of authors."""

ADDRESSES = {
    "authoring": "wagtailadmin_home",
    "lesson": "lesson",
    "notices": "notices",
    "own path": "path",
    "own skills": "skills",
    "page of authors": "wagtailadmin_pages:edit",
    "permanent link": "go",
    "skill": "skill",
    "step": "step",
    "today": "today",
}
