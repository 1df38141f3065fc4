"""The pages and what points at them: citations, links, and no trace of the machine they were written on."""

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PLAID = (REPOSITORY / "docs" / "plaid.md").read_text(encoding="utf-8")
CODE = sorted(path for name in ("keepless", "tests", "benchmarks") for path in (REPOSITORY / name).rglob("*.py"))
DOCUMENTS = [
    *(REPOSITORY / name for name in ("README.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]

NUMBER = r"\d+(?:\.\d+)?"
CITATION = re.compile(rf"docs/plaid\.md,?\s+(?:sections?\s+)?({NUMBER}(?:(?:,|\s+and|\s+to)\s+{NUMBER})*)")
HEADING = re.compile(rf"^##+ ({NUMBER})\.? \S", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Where people and build machines keep checkouts and homes. Directories that every system has are no secret.
MACHINE_PATH = re.compile(rb"(?<![\w.~-])/(?:home|Users|root|work|workspace|builds|mnt)/[\w.-]+|[A-Z]:\\Users\\")


def cited(text: str) -> list[str]:
    return [number for citation in CITATION.findall(text) for number in re.findall(NUMBER, citation)]


def told(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def test_citations_are_read_in_every_way_the_code_writes_them():
    page = "docs/plaid.md"
    assert cited(f"({page}, section 3)") == ["3"]
    assert cited(f"{page} 9.2 and 9.3 say") == ["9.2", "9.3"]
    assert cited(f"({page}, sections 6.1, 6.2, 6.5\nand 6.6)") == ["6.1", "6.2", "6.5", "6.6"]
    assert cited(f"({page}, sections 5.9 to 5.12 and 8).") == ["5.9", "5.12", "8"]
    assert cited(f"{page} section 7 for the 18 primaries") == ["7"]
    assert cited(f"see {page}.") == []


def test_every_section_of_the_plaid_page_that_the_code_cites_is_there():
    sections = set(HEADING.findall(PLAID))
    citations = {(told(path), number) for path in CODE for number in cited(path.read_text(encoding="utf-8"))}
    assert citations
    assert sorted((path, number) for path, number in citations if number not in sections) == []


def test_no_section_of_the_plaid_page_has_the_number_of_another():
    numbers = HEADING.findall(PLAID)
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("page", DOCUMENTS, ids=told)
def test_every_relative_link_of_a_page_leads_to_a_file(page):
    links = [link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_no_file_under_version_control_names_a_path_of_somebodys_machine():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [REPOSITORY / name for name in listed.stdout.decode().split("\0") if name]
    found = {told(path): MACHINE_PATH.findall(path.read_bytes()) for path in files if path.is_file()}
    assert {path: names for path, names in found.items() if names} == {}
