"""Footfall's exception tree: each error is one line for a person and an exit code for a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class FootfallError(Exception):
    """What went wrong, where, what is allowed and what to do; printed without a traceback.

    Attributes
    ----------
    exit_code : int
        What the command line exits with: 1 a check failed, 2 a wrong command, scenario or
        place, 3 a target that cannot be reached.
    """

    exit_code = 2


class ScenarioError(FootfallError):
    """A scenario, or a change made to it, says something that is not allowed.

    Attributes
    ----------
    defects : list
        All that is wrong, each with its place; empty where a single line says it.
    """

    def __init__(self, message: str, defects: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.defects = list(defects)


class RequestError(FootfallError):
    """A command or call asks for something that cannot be done: a horizon, a table, a format."""


class OutputError(FootfallError):
    """The place to write to is taken, cannot be written, or is full."""


class DataError(FootfallError):
    """Published files cannot be read as what their manifest says they are."""


class UnreachableTarget(FootfallError):  # noqa: N818 - the name states the fact, not the mechanism
    """No setting of the free knobs reaches a target within its tolerance."""

    exit_code = 3


class ContractBroken(FootfallError):  # noqa: N818 - as above
    """A check failed on data that was about to be published.

    Attributes
    ----------
    findings : list
        All findings of the contract.
    """

    exit_code = 1

    def __init__(self, message: str, findings: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.findings = list(findings)
