"""Brings the words of the pages into the catalogues: `make words`. New ones come without a text, old ones go.

The tests take `extracted` too: a word that is in no catalogue, or in one and no longer said, is a red test.
"""

import tomllib
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

REPOSITORY = Path(__file__).parents[1]
CATALOGUES = REPOSITORY / "keepless" / "web" / "translations"
HEADER = """# {title}
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
TITLE = "The words of the pages. `make words` brings new ones in; the tests are red until each has a text."


def extracted() -> Catalog:
    """Every word that the pages say, from the code and the templates, with the files that say it."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]["mappings"]
    methods = [(each["pattern"], each["method"]) for each in settings]
    options = {each["pattern"]: {k: v for k, v in each.items() if k not in {"pattern", "method"}} for each in settings}
    catalogue = Catalog()
    found = extract_from_dir(REPOSITORY, methods, options, comment_tags=("Translators:",), directory_filter=_is_ours)
    for file, _, message, comments, context in found:
        catalogue.add(message, locations=[(file, None)], auto_comments=comments, context=context)
    return catalogue


def _is_ours(folder: str) -> bool:
    return Path(folder).resolve().is_relative_to(REPOSITORY / "keepless") or Path(folder).resolve() == REPOSITORY


def read(file: Path) -> Catalog:
    """A catalogue of ours."""
    with file.open("rb") as lines:
        return read_po(lines)


def main() -> None:
    words = extracted()
    for file in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po")):
        catalogue = read(file)
        language = file.parents[1].name
        header = HEADER.format(title=TITLE, language=language, plurals=catalogue.plural_forms)
        catalogue.update(words, no_fuzzy_matching=True)
        with file.open("wb") as out:
            out.write(header.encode())
            write_po(
                out,
                catalogue,
                width=120,
                omit_header=True,
                sort_by_file=True,
                ignore_obsolete=True,
                include_lineno=False,
            )
        missing = [message.id for message in catalogue if message.id and not all(_texts(message.string))]
        print(f"{file.relative_to(REPOSITORY)}: {len(catalogue)} words, {len(missing)} without a text")


def _texts(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string or "",)


if __name__ == "__main__":
    main()
