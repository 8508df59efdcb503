"""What authors write: pages, snippets, pictures, and what went wrong when compiling them."""

from .base import Content, ContentPage, ContentPermissionTester, Source
from .courses import CoursePage, LessonPage
from .failures import Compilation, CompileFailure
from .media import CustomDocument, CustomImage, CustomRendition
from .paths import PathPage
from .scenarios import ScenarioPage
from .shelves import HomePage, ResourcePage, SectionPage, Shelf
from .sources import CalibrationSource, ExternalSource, RoleProfileSource, SkillSource, SpeakerSource
from .standards import StandardPage
from .starter import StarterCurriculum

__all__ = [
    "CalibrationSource",
    "Compilation",
    "CompileFailure",
    "Content",
    "ContentPage",
    "ContentPermissionTester",
    "CoursePage",
    "CustomDocument",
    "CustomImage",
    "CustomRendition",
    "ExternalSource",
    "HomePage",
    "LessonPage",
    "PathPage",
    "ResourcePage",
    "RoleProfileSource",
    "ScenarioPage",
    "SectionPage",
    "Shelf",
    "SkillSource",
    "Source",
    "SpeakerSource",
    "StandardPage",
    "StarterCurriculum",
]
