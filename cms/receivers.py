"""What Wagtail tells us: one call each. Compiling never raises; the guards do nothing else."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move, pre_page_move, published, unpublished

from cms import api
from cms.models import Content, ContentPage
from lms import clock


def make_frame(*, sender: Any, using: str, **kwargs: Any) -> None:
    """After every migrate the frame that content hangs in stands. Once, when all apps have their permissions: that is
    with the last of them.
    """
    last = [app for app in apps.get_app_configs() if app.models_module is not None][-1]
    if sender.label == last.label and using == DEFAULT_DB_ALIAS and api.frame_can_stand():
        api.set_up_site()


@receiver(page_published)
def page_was_published(sender: type, instance: Any, **kwargs: Any) -> None:
    """Compile the page and what rests on it."""
    api.compile_quietly(instance, clock.now())


@receiver(published)
def source_was_published(sender: type, instance: Any, **kwargs: Any) -> None:
    """Compile the snippet; pages have a signal of their own."""
    if not isinstance(instance, Page):
        api.compile_quietly(instance, clock.now())


@receiver(post_save)
def page_may_stand_alone_now(sender: type, instance: Any, update_fields: Any, raw: bool, **kwargs: Any) -> None:
    """Compile an alias that became a page of its own: Wagtail makes it live and tells nobody."""
    if not raw and update_fields == {"live_revision"} and isinstance(instance, ContentPage):
        api.compile_quietly(instance, clock.now())


@receiver(page_unpublished)
def page_was_unpublished(sender: type, instance: Any, **kwargs: Any) -> None:
    """Retire it in the record."""
    api.content_left(instance, clock.now())


@receiver(unpublished)
def source_was_unpublished(sender: type, instance: Any, **kwargs: Any) -> None:
    """Retire it in the record."""
    if not isinstance(instance, Page):
        api.content_left(instance, clock.now())


@receiver(post_delete)
def content_was_deleted(sender: type, instance: Any, **kwargs: Any) -> None:
    """Retire it in the record; a live page was unpublished before, a draft was never there."""
    if isinstance(instance, Content):
        api.content_left(instance, clock.now())


@receiver(post_page_move)
def page_was_moved(
    sender: type, instance: Page, parent_page_before: Page, parent_page_after: Page, **kwargs: Any
) -> None:
    """A lesson in another place changes the paths of both courses."""
    api.content_moved(instance.specific, parent_page_before, parent_page_after, clock.now())


@receiver(pre_delete)
def content_will_be_deleted(sender: type, instance: Any, **kwargs: Any) -> None:
    """Refuse while somebody depends on it."""
    if isinstance(instance, Content):
        api.refuse_delete(instance)


@receiver(pre_save)
def content_will_be_saved(sender: type, instance: Any, update_fields: Any, raw: bool, **kwargs: Any) -> None:
    """Refuse to take it off the site while somebody depends on it."""
    if isinstance(instance, Content | Page) and not raw and (update_fields is None or "live" in update_fields):
        api.refuse_leaving(instance)


@receiver(pre_page_move)
def page_will_be_moved(
    sender: type, instance: Page, parent_page_before: Page, parent_page_after: Page, **kwargs: Any
) -> None:
    """Refuse while somebody depends on it."""
    api.refuse_move(instance, parent_page_before, parent_page_after)
