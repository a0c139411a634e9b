"""A grid of orbits in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .theory.models.options import told

if TYPE_CHECKING:
    import xarray as xr

_SIGNS = {
    "gradient_flow": ".",
    "edge_of_stability": "#",
    "collapsed": "o",
    "diverged": "x",
    "undecided": "?",
}
_OPTION = "option_"  # what the attributes with the settings of a model begin with
_NONE, _NO_SIGN = "no_weights", " "
_SHORT = {"gradient_flow": "flow", "edge_of_stability": "edge"}
_WIDEST, _TALLEST = 64, 40
_MARGIN = 11  # columns of a line of the map before its signs


def show(console: Console, grid: xr.Dataset, seconds: float) -> None:
    """How many orbits end how, for every step size, and a map of (q0, p0) where it fits."""
    about = grid.attrs
    settings = {
        name.removeprefix(_OPTION).replace("_", "-"): about[name]
        for name in about
        if str(name).startswith(_OPTION)
    }
    model = told(about["model"], settings)
    title = Text.assemble((model, "bold"), "  ", (about["response"], "bold cyan"))
    console.print(title, highlight=False)
    console.print(_table(grid))
    if why := _too_small_or_large(console, grid.sizes["p0"], grid.sizes["q0"]):
        console.print(f"no map of (q0, p0): {why}", highlight=False)
    else:
        _map(console, grid.isel(eta=0))
    orbits, absent = grid.outcome.size, int((grid.outcome == _code(grid, _NONE)).sum())
    if absent:
        console.print(
            f"{absent} of {orbits} starts have no weights in this model and were not run "
            "(blank in the map)",
            highlight=False,
        )
    console.print(
        f"{orbits - absent} orbits, {about['engine']}, in {seconds:.1f} s", highlight=False
    )


def _too_small_or_large(console: Console, rows: int, columns: int) -> str:
    """Why there is no map of so many p0 and q0; "" where there is one."""
    if min(rows, columns) < 2:
        return "it takes two values of p0 and two of q0"
    widest = min(_WIDEST, console.width - _MARGIN)
    if rows > _TALLEST or columns > widest:
        return f"{rows} p0 by {columns} q0; {_TALLEST} by {widest} fit"
    return ""


def _code(grid: xr.Dataset, outcome: str) -> int:
    """Its number; older files do not know every outcome."""
    meanings = grid.outcome.attrs["flag_meanings"].split()
    return meanings.index(outcome) if outcome in meanings else -1


def _table(grid: xr.Dataset) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    names = list(_SIGNS)
    for heading in ("eta", *(f"{_SHORT.get(name, name)} {sign}" for name, sign in _SIGNS.items())):
        table.add_column(heading, justify="right")
    table.add_column("sharpness*eta/2", justify="right")
    meanings = grid.outcome.attrs["flag_meanings"].split()
    for eta in grid.eta.values:
        part = grid.sel(eta=eta)
        counts = [int((part.outcome == meanings.index(name)).sum()) for name in names]
        edge = part.limiting_sharpness.values[
            part.outcome.values == meanings.index("edge_of_stability")
        ]
        # Of orbits at the edge of stability the smallest and the largest.
        shares = edge * eta / 2
        shown = f"{np.min(shares):.5f}–{np.max(shares):.5f}" if edge.size else ""
        table.add_row(f"{eta:g}", *map(str, counts), shown)
    return table


def _map(console: Console, grid: xr.Dataset) -> None:
    """One sign for each orbit at the first step size, p0 upwards and q0 to the right."""
    meanings = grid.outcome.attrs["flag_meanings"].split()
    q0, p0 = grid.q0.values, grid.p0.values
    for i in reversed(range(len(p0))):
        signs = "".join(
            (_SIGNS | {_NONE: _NO_SIGN})[meanings[int(code)]] for code in grid.outcome.values[i]
        )
        console.print(f"{f'{p0[i]:.4g}':>10} {signs}", highlight=False, markup=False)
    left, right = f"{q0[0]:.4g}", f"{q0[-1]:.4g}"
    gap = max(1, len(q0) - len(left) - len(right))
    console.print(f"{'':>10} {left}{' ' * gap}{right}", highlight=False)
    console.print(f"{'':>10} p0 upwards, q0 to the right, eta = {float(grid.eta):g}\n")
