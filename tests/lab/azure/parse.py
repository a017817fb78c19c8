# SPDX-License-Identifier: MIT
"""Under the Python that has azure-cli: command lines from stdin, each parsed and none run.

For each line "ok", or what the parser said. The steps are those that azure.cli.core's own
invocation takes up to its parser.
"""
import contextlib
import io
import shlex
import sys

from azure.cli.core import get_default_cli


def complaint(cli, words: list[str]) -> str:
    """What the parser has against the words behind "az"; "" if nothing."""
    cli.invocation = cli.invocation_cls(
        cli_ctx=cli, parser_cls=cli.parser_cls,
        commands_loader_cls=cli.commands_loader_cls, help_cls=cli.help_cls,
    )  # fmt: skip
    loader, parser = cli.invocation.commands_loader, cli.invocation.parser
    name = " ".join(words[: next((i for i, w in enumerate(words) if w[0] == "-"), len(words))])
    cli.invocation.data["command_string"] = name
    loader.load_command_table(words)
    if name not in loader.command_table:
        return f"there is no command '{name}'"
    loader.command_table = {name: loader.command_table[name]}
    loader.command_name = name
    loader.load_arguments(name)
    parser.cli_ctx = cli
    parser.load_command_table(loader)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            parser.parse_args(words)
    except SystemExit:
        return " ".join(said.getvalue().split()) or "refused"
    except Exception as e:  # some of its errors are not argparse's
        return f"{type(e).__name__}: {e}"
    return ""


def main() -> None:
    cli = get_default_cli()
    for line in sys.stdin:
        print(complaint(cli, shlex.split(line)[1:]) or "ok", flush=True)


if __name__ == "__main__":
    main()
