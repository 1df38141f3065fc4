"""Links and forms are read out of a page as a browser would."""

from keepless.prove.pages import Form, forms, links

PAGE = """
<link rel="stylesheet" href="/static/style.css"><a href="/status#now">s</a><a href="https://elsewhere.test/">x</a>
<a href="?page=2">next</a>
<form method="post" action="/logout"><button name="sure" value="yes">Out</button></form>
<form><input name="q" value=""><select name="days">
<option value=""><option value="90"><option value="365"></select></form>
"""


def test_links_of_this_origin_are_paths():
    assert links("/list", PAGE) == ["/static/style.css", "/status", "/list?page=2"]


def test_forms_have_their_fields_and_first_choices():
    assert forms("/list", PAGE) == [
        Form("/logout", "POST", {"sure": "yes"}),
        Form("/list", "GET", {"q": "", "days": "90"}),
    ]
