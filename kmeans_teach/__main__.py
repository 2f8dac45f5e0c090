"""The command `kmeans-teach`. Each module of `kmeans_teach.commands` adds one command with its own options."""

import argparse
import os
import sys

from kmeans_teach import __version__
from kmeans_teach.commands import CommandError, copy_course, doctor, lab, mark, panel_page


class Parser(argparse.ArgumentParser):
    """Answers wrong arguments with one sentence and exit code 2."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}; `{self.prog} --help` shows what it takes\n")


def parser():
    description = (
        "Learn K-means clustering by building it, then playing it. "
        f"Without a command, the course is copied into ./{copy_course.FOLDER} and opened. "
        "This is the command `lab`, and it takes the options of `lab`."
    )
    main = Parser(prog="kmeans-teach", description=description)
    main.add_argument("--version", action="version", version=f"kmeans_teach {__version__}")
    commands = main.add_subparsers(dest="command", required=True)
    for module in (lab, copy_course, mark, panel_page, doctor):
        module.add_command(commands)
    return main


def main(argv=None):
    """Run a command and return its exit code: 0, or 1 if something was found wrong, or 2 if the command cannot be done."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help", "--version")):
        argv = ["lab", *argv]
    arguments = parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except (CommandError, ImportError) as error:  # MissingPart, or the core is not complete
        print(f"kmeans-teach: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # who read the output has read enough, as `| head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python's last flush would fail, too
        return 141  # as a shell has it


if __name__ == "__main__":
    sys.exit(main())
