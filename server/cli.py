"""`zigral`: every command by its name. A command's module imports what is heavy only when it runs."""

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from memory.errors import ZigralError
from server.commands.agents import agents
from server.commands.approve import approve
from server.commands.command import command
from server.commands.doctor import doctor
from server.commands.graphs import graphs
from server.commands.icp_test import icp
from server.commands.import_leads import import_leads
from server.commands.init import init
from server.commands.memory import memory
from server.commands.privacy import erase, export
from server.commands.prove import prove
from server.commands.report import report
from server.commands.run import run
from server.commands.serve import serve
from server.commands.thread import thread
from server.commands.worker import worker
from server.commands.workflow import workflow
from server.console import note

if TYPE_CHECKING:
    from server.settings import Settings

app = typer.Typer(
    name="zigral",
    help="Sales prospecting that says nothing it cannot prove.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def begin() -> None:
    """Sales prospecting that says nothing it cannot prove."""
    from server.log_setup import log_to  # noqa: PLC0415 - `zigral --help` waits for none of these

    log_to(_settings())


app.command()(init)
app.command()(doctor)
app.command("import")(import_leads)
app.command()(run)
app.command()(approve)
app.command()(prove)
app.command()(report)
app.command()(graphs)
app.command()(command)
app.command()(agents)
app.command()(export)
app.command()(erase)
app.command()(serve)
app.command()(worker)
app.add_typer(icp, name="icp")
app.add_typer(memory, name="memory")
app.add_typer(thread, name="thread")
app.add_typer(workflow, name="workflow")


def main() -> None:
    """Run the command line. Whatever goes wrong is one sentence and exit code 2; no traceback reaches a person."""
    try:
        app()
    except ZigralError as error:
        note(f"zigral: {error}")
    except OSError as error:
        note(f"zigral: {error.filename or 'A file'} cannot be used ({error.strerror or error}).")
    except Exception as error:  # noqa: BLE001 - the door: our own mistake
        note(f"zigral: Zigral made a mistake ({type(error).__name__}); the details are in {_kept(error)}.")
    else:
        return
    sys.exit(2)


def _kept(error: Exception) -> Path:
    """The file that keeps the traceback: the error log, or one of its own where that cannot be written."""
    from memory.logs import keep_error  # noqa: PLC0415

    settings, said = _settings(), f"zigral {' '.join(sys.argv[1:2])}"
    kept = keep_error(settings.logs, said, error, secrets=settings.secrets())
    if kept is None:
        elsewhere = Path(tempfile.mkdtemp(prefix="zigral-error-"))
        kept = keep_error(elsewhere, said, error, secrets=settings.secrets())
    return kept or Path(os.devnull)


def _settings() -> "Settings":
    """The settings, or the defaults where they are wrong: the command says so itself where it needs them."""
    from server.settings import Settings  # noqa: PLC0415

    try:
        return Settings.from_env()
    except ZigralError:
        return Settings()


if __name__ == "__main__":
    main()
