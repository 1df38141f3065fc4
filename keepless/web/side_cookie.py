"""A sealed cookie beside the session's, for one purpose: what it is called, how it is put and how it is taken away."""

from dataclasses import dataclass

from flask import Response, request

from keepless.web import cookies


@dataclass(frozen=True, slots=True)
class SideCookie:
    """`name_https` where the request came over https, `name_local` on this very machine. Holds nothing of a visitor.

    Every method raises InsecureTransport for plain http to anywhere else.
    """

    name_https: str
    name_local: str

    def name(self) -> str:
        """What it is called on this request's transport."""
        return self._name()[0]

    def value(self) -> str | None:
        """What came; None for no cookie. Raises BadCookie."""
        return cookies.value_of(request, self.name())

    def line(self, value: str, *, max_age: int) -> str:
        """The Set-Cookie line, `max_age` in seconds."""
        name, secure = self._name()
        return cookies.line(name, value, max_age=max_age, secure=secure)

    def put(self, response: Response, value: str, *, max_age: int) -> Response:
        """Writes it into the answer, which is returned."""
        cookies.put(response, self.line(value, max_age=max_age))
        return response

    def forget(self, response: Response) -> Response:
        """Takes it out of the browser, however it came; the answer is returned."""
        if self.name() in request.cookies:
            self.put(response, "", max_age=0)
        return response

    def _name(self) -> tuple[str, bool]:
        secure = cookies.over_https(request)
        return (self.name_https if secure else self.name_local), secure
