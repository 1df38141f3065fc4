"""`keepless` as an operator types it, in this process."""

from click.testing import CliRunner, Result

from keepless.cli import cli


def keepless(*words: str, answer: str | None = None, **environment: str) -> Result:
    """What a command printed, and its exit code."""
    return CliRunner().invoke(cli, words, env={"COLUMNS": "100", **environment}, input=answer)


def refusal(*words: str, **environment: str) -> str:
    """The one line with which it refused."""
    result = keepless(*words, **environment)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("keepless: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("keepless: ").strip()
