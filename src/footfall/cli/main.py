"""The command `footfall`: each command parses, calls one function of the workflow, and prints.

What a command does not need is not imported: `footfall --help` waits for no array library.
"""

from __future__ import annotations

import functools
import gc
import inspect
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footfall import __version__
from footfall.cli import output, plan_page
from footfall.cli.days import changes
from footfall.cli.dbt import dbt
from footfall.cli.engines import check, generated
from footfall.cli.explain import explain
from footfall.cli.language import init, schema, validate
from footfall.cli.load import load
from footfall.cli.options import (
    AnyFormat,
    AsOf,
    Changes,
    Engine,
    First,
    Json,
    Last,
    Master,
    Overwrite,
    PartNumber,
    Parts,
    Place,
    Quiet,
    Report,
    Scale,
    ScenarioName,
    Schema,
    Seed,
    Tables,
    Workers,
    request_for,
)
from footfall.cli.report import report, report_of
from footfall.core.errors import FootfallError
from footfall.core.interrupts import STOPPED, interrupts_kept

if TYPE_CHECKING:
    from footfall.workflow.request import Request

app = typer.Typer(
    name="footfall",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Simulate a shop's data: tables solved to their targets, proven before they appear.",
    epilog="Start with: footfall generate vantage -o data/vantage",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"footfall {__version__}")
        raise typer.Exit


@app.callback()
def _footfall(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@dataclass(frozen=True)
class Asked:
    """What `generate` and `plan` take: a field an argument or option, each declared once."""

    scenario: ScenarioName
    out: Place = None
    seed: Seed = 42
    scale: Scale = 1.0
    form: AnyFormat = None
    tables: Tables = None
    first: First = None
    last: Last = None
    changes: Changes = None
    workers: Workers = None
    engine: Engine = "local"
    master: Master = None
    part: PartNumber = None
    parts: Parts = None
    as_of: AsOf = None
    report: Report = False
    overwrite: Overwrite = False
    as_json: Json = False
    quiet: Quiet = False

    @property
    def place(self) -> str:
        """Where to write: a directory, or an address that Spark knows."""
        return str(Path("data") / Path(self.scenario).stem) if self.out is None else self.out

    def request(self) -> Request:
        """Give what the workflow takes, checked."""
        check(self.engine, self.master, self.form, self.place, report=self.report)
        return request_for(
            self.scenario,
            self.tables,
            self.changes,
            seed=self.seed,
            scale=self.scale,
            first=self.first,
            last=self.last,
            workers=self.workers,
            part=self.part,
            parts=self.parts,
            as_of=self.as_of,
        )


def _asking(command: Callable[[Asked], int]) -> Callable[..., int]:
    """Show typer, which reads signatures, that of `Asked`; the command gets all in one piece."""

    @functools.wraps(command)
    def asked(**given: Any) -> int:
        return command(Asked(**given))

    signature = inspect.signature(Asked, eval_str=True)
    asked.__signature__ = signature  # type: ignore[attr-defined]  # honoured by inspect, unknown to stubs
    return asked


@app.command(
    epilog="\b\nExamples:\n  footfall generate vantage --format parquet --scale 10\n"
    "  footfall generate vantage --from 2025-11-20 --to 2025-11-27 --set demand.orders=50000"
)
@_asking
def generate(asked: Asked) -> int:
    """Make a scenario's tables, checked before they appear."""
    request = asked.request()
    with (
        output.progress(wanted=asked.engine == "local" and not (asked.quiet or asked.as_json)) as moved,
        output.refusals(as_json=asked.as_json, quiet=asked.quiet),
    ):
        outcome = generated(asked, request, moved)
    page = report_of(asked.place) if asked.report else None
    if asked.as_json:
        drawn = {"report": page} if page else {}
        output.document({"directory": asked.place, **drawn, **json.loads(outcome.manifest.to_json())})
    elif not asked.quiet:
        places = [asked.place, *([page] if page else [])]
        output.published("\n".join(places), outcome.manifest, outcome.findings)
    return 0


app.command(epilog="Example: footfall changes vantage --day 2025-11-21 -o data/changes")(changes)
app.command(epilog="Example: footfall explain raw_line_items.unit_price_paid")(explain)
app.command(epilog="Example: footfall report data/vantage -o report.html")(report)
app.command(epilog="Example: footfall load vantage --to duckdb:shop.db --scale 10")(load)


@app.command(epilog="Example: footfall plan vantage --scale 10 --json")
@_asking
def plan(asked: Asked) -> int:
    """Tell what `generate` would make; write nothing."""
    # Where and how to write is taken and left, so that a command can be tried by changing one word.
    request = asked.request()
    from footfall.workflow.preview import preview  # noqa: PLC0415 - see the module's docstring

    told = preview(request)
    if asked.as_json:
        output.document(told)
    elif not asked.quiet:
        plan_page.show(told)
    return 0


@app.command(epilog="\b\nExamples:\n  footfall verify data/vantage\n  footfall verify duckdb:shop.db")
def verify(
    place: Annotated[
        str, typer.Argument(metavar="DIR|DATABASE", help="What `generate` or `load` wrote, edited or not.")
    ],
    schema: Schema = "raw",
    as_json: Json = False,
) -> int:
    """Check a data set that lies there; exit 1 if a check fails."""
    from footfall.sinks.database import shown_place  # noqa: PLC0415 - see the module's docstring
    from footfall.workflow.verify import verify as verified  # noqa: PLC0415 - see the module's docstring

    found = verified(place, schema=schema)
    if as_json:
        output.document({**shown_place(place, schema), "findings": [f.as_dict() for f in found]})
    else:
        output.failures(found)
        output.findings(found)
    return int(any(f.verdict == "fail" for f in found))


@app.command(epilog="Example: footfall scenarios --json")
def scenarios(as_json: Json = False) -> int:
    """List the scenarios that come with Footfall."""
    from footfall.scenario.sources import shipped  # noqa: PLC0415 - see the module's docstring

    if as_json:
        output.document([{"name": name, "title": title} for name, title in shipped().items()])
    else:
        output.table(["scenario", "title"], [[name, title] for name, title in shipped().items()])
    return 0


@app.command(epilog="Example: footfall show vantage > mine.yml; footfall generate ./mine.yml")
def show(scenario: ScenarioName) -> int:
    """Print a scenario, to read or to change."""
    from footfall.scenario.sources import text_of  # noqa: PLC0415 - see the module's docstring

    output.text(text_of(scenario))
    return 0


app.command(epilog="Example: footfall init my_shop.yml --like vantage")(init)
app.command(epilog="Example: footfall validate ./my_shop.yml --json")(validate)
app.command(epilog="Example: footfall schema > footfall.schema.json")(schema)
app.command(epilog="Example: footfall dbt vantage -o shop; cd shop; dbt build")(dbt)


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit; whatever goes wrong is one line on stderr and an exit code."""
    # Imports make many objects and no garbage, and nobody plugs into our models: a twentieth of a short run.
    gc.set_threshold(250_000, 20, 20)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # NumPy and SciPy would each start threads for matrices, of which there are none to speak of.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    output.take_any_stdout()
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read us, such as `head`, has seen enough
        _let_go_of_stdout()
        code = 141
    except OSError as error:
        _let_go_of_stdout()
        nameless = "the current directory" if isinstance(error, FileNotFoundError) else "standard output"
        code = _said(f"{error.filename or nameless}: {error.strerror or error}", 2)
    if "duckdb" not in sys.modules:  # whose binding tells of each object that is left at the end
        gc.freeze()  # the end of the process frees all; nothing of it need be looked through for garbage
    sys.exit(code)


def _run(arguments: Sequence[str]) -> int:
    try:
        with interrupts_kept():
            code = app(args=list(arguments), prog_name="footfall", standalone_mode=False)
    except FootfallError as error:
        return _said(str(error), error.exit_code)
    except MemoryError:
        return _said("not enough memory; nothing was published; try fewer --workers or a smaller --scale", 2)
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message(), file=sys.stderr)
            return 2
        hint = "" if isinstance(error, typer.BadParameter) and error.message else " (see footfall --help)"
        return _said(" ".join(error.format_message().split()) + hint, 2)
    return _said(STOPPED, 130) if code == 130 else int(code or 0)


def _said(message: str, code: int) -> int:
    print(f"footfall: {output.printable(message)}", file=sys.stderr)
    return code


def _let_go_of_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python flushes it again, and fails
