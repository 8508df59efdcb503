"""No relation points up a floor, not even by string: import-linter cannot see those."""

from django.apps import apps
from django.db import models

FLOORS = {"lms": 0, "coaching": 1, "assessments": 2, "cms": 3}


def points_up(field: models.Field) -> bool:
    target = field.remote_field.model._meta.app_label if field.remote_field else None
    return target in FLOORS and FLOORS[target] > FLOORS[field.model._meta.app_label]


def test_every_relation_points_down() -> None:
    fields = [
        field
        for label in FLOORS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
    ]
    assert len(fields) > 50, "the walk must see the models"
    assert [str(field) for field in fields if points_up(field)] == []


def test_the_walk_would_see_one() -> None:
    upper = apps.get_app_config("coaching")
    model = next(iter(upper.get_models()))
    field = models.ForeignKey(model, models.PROTECT)
    field.model = next(iter(apps.get_app_config("lms").get_models()))
    assert points_up(field)
