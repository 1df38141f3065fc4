"""The control finds all that it plants, leaves nothing, and fails where the search is blind to a form."""

from prove.making import some_canaries

from keepless.prove import control, forms, streams
from keepless.prove.forms import BASE64


def test_each_kind_is_found_in_each_form_and_the_files_are_removed(tmp_path):
    found = control.run(some_canaries(), tmp_path)
    assert found.missed == ()
    assert found.planted > 200
    assert found.forms >= 25
    assert list(tmp_path.iterdir()) == []


def test_a_search_that_knows_no_base64_is_found_out(tmp_path, monkeypatch):
    whole = forms.forms_of
    monkeypatch.setattr(forms, "forms_of", lambda canary: [each for each in whole(canary) if each[0] != BASE64])
    found = control.run(some_canaries(), tmp_path)
    assert not found.passed
    assert "merchant or description 1, base64" in found.missed


def test_a_search_that_opens_no_gzip_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "_makers", dict)
    found = control.run(some_canaries(), tmp_path)
    assert "bank token 1, gzip" in found.missed


def test_without_canaries_nothing_is_proven(tmp_path):
    assert not control.run((), tmp_path).passed
