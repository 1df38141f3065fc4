"""What becomes of the key to a person's trends when a session ends."""

from datetime import timedelta

from keepless.web.trend_cookie import LOCAL_NAME


def keeping(visitor):
    assert visitor.post("/api/trends", json={"capsule": None}).status_code == 200
    assert visitor.get_cookie(LOCAL_NAME) is not None
    return visitor


def test_logging_out_lets_the_trends_go_too(visitor):
    page = keeping(visitor).post("/logout").text
    assert visitor.get_cookie(LOCAL_NAME) is None
    assert "Nothing is held" in page


def test_a_session_that_is_over_leaves_them_and_the_page_says_so(site, visitor):
    keeping(visitor)
    site.clock.ahead += timedelta(days=8)
    page = visitor.post("/logout").text
    assert visitor.get_cookie(LOCAL_NAME) is not None
    assert "It keeps your trends, sealed" in page
    assert "Nothing is held" not in page


def test_the_signature_line_never_says_nothing_while_they_are_kept(site, visitor):
    keeping(visitor)
    site.clock.ahead += timedelta(days=8)
    visitor.post("/logout")
    assert 'data-held="cookie"' in visitor.get("/setup").text
