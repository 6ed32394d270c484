"""The command `footfall`, run by tests in their own process."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from footfall.cli.main import run


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, stdout, stderr."""

    code: object
    out: str
    err: str


def run_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> Outcome:
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        run(arguments)
    captured = capsys.readouterr()
    return Outcome(left.value.code, captured.out, captured.err)
