"""`zigral`: every command by its name. A command's module imports what is heavy only when it runs."""

import sys

import typer

from memory.errors import ZigralError
from server.commands.approve import approve
from server.commands.graphs import graphs
from server.commands.icp_test import icp
from server.commands.import_leads import import_leads
from server.commands.prove import prove
from server.commands.report import report
from server.commands.run import run
from server.console import note

app = typer.Typer(
    name="zigral",
    help="Sales prospecting that says nothing it cannot prove.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("import")(import_leads)
app.command()(run)
app.command()(approve)
app.command()(prove)
app.command()(report)
app.command()(graphs)
app.add_typer(icp, name="icp")


def main() -> None:
    """Run the command line; an error that we raise on purpose is one sentence and exit code 2."""
    try:
        app()
    except ZigralError as error:
        note(f"zigral: {error}")
        sys.exit(2)


if __name__ == "__main__":
    main()
