"""Money in whole cents, and its published form decimal(12,2)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Cents = npt.NDArray[np.int64]
MILLION = 1_000_000
"""Shares and rates are taken as whole millionths, so that products with cents are exact."""


def as_decimal(unscaled: Cents, precision: int = 12, scale: int = 2) -> pa.Array:
    """Wrap unscaled integers (cents, for money) as Arrow decimals without copying them.

    >>> as_decimal(np.array([1999, -5])).to_pylist()
    [Decimal('19.99'), Decimal('-0.05')]
    """
    values = np.ascontiguousarray(unscaled, dtype=np.int64)
    return pa.Array.from_buffers(pa.decimal64(precision, scale), len(values), [None, pa.py_buffer(values)])


def as_unscaled(decimals: pa.Array) -> Cents:
    """Unscaled integers (cents, for money) of an Arrow decimal64 or decimal128 array without nulls.

    >>> as_unscaled(as_decimal(np.array([1999, -5]))).tolist()
    [1999, -5]
    """
    words = decimals.type.bit_width // 64
    offset, length = decimals.offset * words, len(decimals) * words
    values = np.frombuffer(decimals.buffers()[1], dtype=np.int64)[offset : offset + length]
    return values[::words]  # little endian: the low word carries every amount below 9.2e18


def line_total(cents: Cents, percent: npt.NDArray[np.int64], quantity: npt.NDArray[np.int64]) -> Cents:
    """Price of a whole line after a discount in percent, rounded half up to the cent once, in integers.

    Contract `storefront`, order_items: quantity × unit_price × (1 - discount), half up to the cent.

    >>> line_total(np.array([1999, 1999]), np.array([0, 25]), np.array([3, 3])).tolist()
    [5997, 4498]
    """
    return discounted(cents * quantity, percent)


def discounted(cents: Cents, percent: npt.NDArray[np.int64]) -> Cents:
    """Price after a discount in percent, rounded half up to the cent, in integers.

    Contract `vantage`, raw_line_items: ``(cents * (100 - d) + 50) // 100``.

    >>> discounted(np.array([1999, 1999]), np.array([0, 10])).tolist()
    [1999, 1799]
    """
    return (cents * (100 - percent) + 50) // 100


def tax_on(net: Cents, millionths: npt.NDArray[np.int64]) -> Cents:
    """Tax to be added to net amounts at a rate in millionths, rounded half up to the cent, in integers.

    >>> tax_on(np.array([1000, 1050]), np.array([60_000, 60_000])).tolist()
    [60, 63]
    """
    return (2 * net * millionths + MILLION) // (2 * MILLION)


def tax_within(gross: Cents, millionths: npt.NDArray[np.int64]) -> Cents:
    """Tax that gross amounts hold at a rate in millionths, rounded half up to the cent, in integers.

    >>> tax_within(np.array([11900, 1000]), np.array([190_000, 70_000])).tolist()
    [1900, 65]
    """
    whole = MILLION + millionths
    return (2 * gross * millionths + whole) // (2 * whole)


def exchanged(cents: Cents, millionths: npt.NDArray[np.int64]) -> Cents:
    """Cents of another currency at a rate in millionths, rounded half up to the cent, in integers.

    >>> exchanged(np.array([1999, 1999]), np.array([940_000, 161_250_000])).tolist()
    [1879, 322339]
    """
    whole, parts = np.divmod(millionths, MILLION)  # apart, so that dear currencies don't overflow
    return cents * whole + (2 * cents * parts + MILLION) // (2 * MILLION)
