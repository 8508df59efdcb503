"""Every page goes through here."""

from .headers import PagePolicy
from .hosts import OwnHost
from .readable import ReadableRequests
from .readers import OwnHours, OwnLanguage, PrivatePages
from .refusals import DomainErrors, form_too_old
from .second_factor import SecondFactor

__all__ = [
    "DomainErrors",
    "OwnHost",
    "OwnHours",
    "OwnLanguage",
    "PagePolicy",
    "PrivatePages",
    "ReadableRequests",
    "SecondFactor",
    "form_too_old",
]
