"""A browser's cookies where a test decides which request carries them and which answer is applied when."""

from typing import Any, TypeVar

Answer = TypeVar("Answer", bound=Any)  # of werkzeug's test client, or of urllib3


class CookieJar:
    """Keeps what answers set, by name. `header` is the Cookie header of a request sent now."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    @property
    def header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def apply(self, answer: Answer) -> Answer:
        """Takes the Set-Cookie lines of `answer` over, as a browser does when it arrives; the answer is returned."""
        for line in answer.headers.getlist("Set-Cookie"):
            pair, *attributes = line.split("; ")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer
