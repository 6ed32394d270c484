"""The kinds of values that a scenario's keys hold, and how shares of a whole are said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from footfall.scenario.defects import Contradiction


def _whole_cents(amount: float) -> float:
    if abs(amount * 100 - round(amount * 100)) > 1e-6:
        raise ValueError(f"must be whole cents; it is {amount!r}")
    return amount


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Percent = Annotated[int, Field(ge=0, lt=100)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
# YAML 1.2 reads 06:00:00 and 07-15 as text, and 10-01 too; a number here is a slip of the author's.
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$")]
Code = Annotated[str, Field(pattern=r"^[^\s,\"'][^,\"\r\n]*$", max_length=40)]
Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$", max_length=63)]
FormWord = Annotated[str, Field(pattern=r"^(uuid|cents|timestamp|[A-Za-z][A-Za-z-]*0{1,9})$")]
Amount = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False), AfterValidator(_whole_cents)]
Deal = Literal["exact", "expected"]
"""Whether shares and totals are dealt exactly, over the whole horizon, or drawn row by row."""


def whole_keys(value: object) -> object:
    """Make keys such as "1" whole numbers: `--set basket.size.1=0.6` and JSON can only say "1" for 1."""
    if isinstance(value, dict):
        return {int(k) if isinstance(k, str) and k.isdigit() else k: v for k, v in value.items()}
    return value


def _as_day(value: object) -> object:
    # JSON (the manifest) knows no dates; YAML does.
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


class _AsAWhole:
    """Marks a map that a scenario which extends another replaces, since its values make up one whole."""


AS_A_WHOLE = _AsAWhole()
Day = Annotated[dt.date, BeforeValidator(_as_day)]
CountShares = Annotated[dict[Annotated[int, Field(ge=1)], Share], BeforeValidator(whole_keys), AS_A_WHOLE]
PercentShares = Annotated[dict[Percent, Share], BeforeValidator(whole_keys), AS_A_WHOLE]
CodeShares = Annotated[dict[Code, Share], Field(min_length=1, max_length=200), AS_A_WHOLE]


class Strict(BaseModel):
    """A part of a scenario: no unknown keys, no silent conversions, no changes afterwards."""

    # A part is built with the whole, once, instead of by itself and again in each whole.
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, validate_by_name=True, defer_build=True
    )


def sums_to_one(shares: Mapping[Any, float], what: str, *keys: str | tuple[str | int, ...]) -> None:
    """Refuse shares of a whole, which stand under these keys, that don't make up the whole."""
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise Contradiction(
            f"the shares of {what} must add up to 1; they add up to {sum(shares.values()):g}", *keys
        )


class Mix(Strict):
    """Shares of a whole, exact to one row or as chance has it.

    Attributes
    ----------
    deal
        Whether the shares are exact to one row, or drawn row by row.
    shares
        Value: share of the rows; they add up to 1.
    """

    deal: Deal = "expected"
    shares: Mapping[Any, float]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        sums_to_one(self.shares, "a mix", "shares")
        return self


class CodeMix(Mix):
    """Shares of words."""

    shares: CodeShares


class CountMix(Mix):
    """Shares of whole numbers."""

    shares: CountShares
