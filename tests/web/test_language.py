"""The pages in another language: every word has its text, and a visitor gets what they chose or their browser wants."""

import re
from datetime import UTC, date, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.website import website

from keepless.adapters.memory_accounts import MemoryStores
from keepless.core.categories import PRIMARIES
from keepless.core.models import Account
from keepless.errors import Action, ConfigError
from keepless.web import language, present
from keepless.web.choice import NAME, PAGES
from keepless.web.faults import all_faults
from keepless.web.language import ENGLISH, gettext, languages, ngettext, speaking
from scripts.words import CATALOGUES, REPOSITORY, extracted, read

SPANISH = languages()["es"]
PLACE = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"</?[a-z][^>]*>")
MESSAGES = [message for message in read(CATALOGUES / "es/LC_MESSAGES/messages.po") if message.id]
CODES = [message for message in read(CATALOGUES / "es/LC_MESSAGES/plaid.po") if message.id]
IN_SPANISH = {"Accept-Language": "es-ES,es;q=0.9,en;q=0.8"}


def texts(string):
    return (string,) if isinstance(string, str) else string


def shown(html):
    """What a page says, without its markup."""
    main = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


# The catalogues


def test_the_catalogue_has_every_word_of_the_pages_and_no_other():
    said = {(message.context, message.id) for message in extracted() if message.id}
    known = {(message.context, message.id) for message in MESSAGES}
    assert said == known, "the catalogues are stale: run `make words`, and give what is new a text"


TEMPLATES = sorted((REPOSITORY / "keepless/web/templates").glob("*.html"))
TRANSLATED = re.compile(r"{% trans\b.*?{% endtrans %}|{#.*?#}|{{.*?}}|{%.*?%}", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r'(?:aria-label|title|alt|data-title)="([^"]*)"')
# Names and addresses that are the same in every language.
SAME = re.compile(r"Keepless|CSV|JSON|OFX")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_that_is_not_in_the_catalogue(template):
    html = TRANSLATED.sub("", template.read_text(encoding="utf-8"))
    said = [*re.findall(r">([^<>=]*)<", html), *SPOKEN_ATTRIBUTE.findall(html)]
    assert [text for text in said if re.search(r"[A-Za-z]{2}", SAME.sub("", text))] == []


def test_every_word_has_a_text_and_none_is_a_guess():
    for message in (*MESSAGES, *CODES):
        assert all(texts(message.string)), message.id
        assert not message.fuzzy, message.id


def test_a_text_has_the_places_and_the_markup_of_its_word():
    for message in MESSAGES:
        for word, text in zip(texts(message.id), texts(message.string), strict=True):
            assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(word)), message.id
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(word)), message.id
            assert text.endswith(".") == word.endswith("."), message.id


@pytest.mark.parametrize("domain", ["messages", "plaid"])
def test_the_compiled_catalogue_is_the_one_beside_it(domain):
    compiled = getattr(SPANISH, domain)
    for message in MESSAGES if domain == "messages" else CODES:
        first = texts(message.id)[0]
        if message.pluralizable:
            text = compiled.ngettext(*message.id, 1)
        else:
            text = compiled.pgettext(message.context, first) if message.context else compiled.gettext(first)
        assert text == texts(message.string)[0], "stale: run `make setup`"


def test_every_category_and_kind_of_account_is_named_as_in_the_dashboard():
    i18n = REPOSITORY / "frontend/src/dashboard/i18n"
    categories = (i18n / "es-categories.ts").read_text(encoding="utf-8")
    named = dict(re.findall(r'^\s+([A-Z_]+): "([^"]+)",', categories, re.MULTILINE))
    assert set(PRIMARIES) <= set(named)
    assert {message.id: message.string for message in CODES if not message.context} == named
    kinds = re.search(r"kinds: \{(.*?)\}", (i18n / "es-banks.ts").read_text(encoding="utf-8"), re.DOTALL)
    named = {code.strip(' "'): name for code, name in re.findall(r'("?[\w ]+"?): "([^"]+)"', kinds[1])}
    assert {message.id: message.string for message in CODES if message.context == "account"} == named


def test_words_that_are_not_compiled_say_what_to_run(monkeypatch, tmp_path):
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    languages.cache_clear()
    with pytest.raises(ConfigError, match="make setup"):
        languages()
    languages.cache_clear()


# Figures and dates


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1_234_56, "EUR", "1.234,56\u00a0€"),
        (-12_00, "USD", "\u221212,00\u00a0$"),
        (8_00, "CAD", "8,00\u00a0CAD"),
        (1_200, "JPY", "1.200\u00a0¥"),
        (500_000, "BTC", "0,005\u00a0BTC"),
        (1_00, "", "1,00"),
    ],
)
def test_money_has_its_point_and_its_sign_where_spanish_has_them(minor, currency, text):
    with speaking(SPANISH):
        assert present.money(minor, currency) == text


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "USD", "JPY", "CAD"]))
def test_both_languages_write_the_same_digits(minor, currency):
    english = present.money(minor, currency)
    with speaking(SPANISH):
        spanish = present.money(minor, currency)
    assert re.sub(r"\D", "", english) == re.sub(r"\D", "", spanish)


def test_dates_and_shares_are_written_as_in_spanish():
    today = date(2026, 11, 22)
    with speaking(SPANISH):
        assert present.day(today, today) == "22 de noviembre"
        assert present.day(date(2025, 9, 1), today) == "1 de septiembre de 2025"
        assert present.short_day(date(2025, 9, 1), today) == "1 sept 2025"
        assert present.month("2026-11") == "Noviembre de 2026"
        assert present.short_month("2026-01") == "ene 2026"
        moment = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
        assert present.moment(moment, ZoneInfo("Europe/Madrid")) == "22 de noviembre de 2026, 14:05"
        assert present.rate(2499) == "24,99\u202f%"
        assert [present.in_days(days) for days in (0, 1, -1, 2, -3)] == [
            "hoy",
            "mañana",
            "ayer",
            "dentro de 2 días",
            "hace 3 días",
        ]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["BBVA", "Sabadell"], "BBVA y Sabadell"),
        (["BBVA", "Ibercaja"], "BBVA e Ibercaja"),
        (["BBVA", "ING", "Hipotecario"], "BBVA, ING e Hipotecario"),
        (["BBVA", "Hierro"], "BBVA y Hierro"),
        (["BBVA"], "BBVA"),
        ([], ""),
    ],
)
def test_and_is_the_word_that_the_next_sound_asks_for(names, text):
    with speaking(SPANISH):
        assert present.joined(names) == text


def test_a_kind_of_account_that_only_plaid_names_keeps_plaids_word():
    def kind(subtype):
        balances = {"currency": "USD", "current": 0, "available": 0, "limit": None}
        return present.account_kind(Account(id="a", name="A", mask="", type="investment", subtype=subtype, **balances))

    with speaking(SPANISH):
        assert (kind("ira"), kind(None)) == ("IRA", "Inversión")


def test_a_category_that_nobody_knows_is_titled():
    with speaking(SPANISH):
        assert language.category_name("PET_CARE") == "Pet care"
        assert language.category_name("") == "Sin categoría"
        assert language.detailed_name("FOOD_AND_DRINK_GROCERIES") == "Supermercado"


def test_words_and_numbers_take_their_form_and_leave_the_language_as_it_was():
    with speaking(SPANISH):
        assert gettext("Today is %(day)s.", day="lunes") == "Hoy es lunes."
        forms = ("in %(number)s day", "in %(number)s days")
        assert ngettext(*forms, 1, number="1") == "dentro de 1 día"
        assert ngettext(*forms, 5, number="5") == "dentro de 5 días"
    assert language.spoken() is ENGLISH


# Pages


@pytest.fixture
def anywhere(local_plaid):
    """A visitor with banks of an installation that has accounts too, so that every page is there."""
    with website(local_plaid.url, stores=MemoryStores()) as site:
        yield site.connected(local_plaid.connect("demo"))


@pytest.mark.parametrize("path", sorted(PAGES))
def test_a_page_is_in_the_language_that_the_browser_asks_for_and_says_so(anywhere, path):
    visitor = anywhere
    for headers, code in ((IN_SPANISH, "es"), ({"Accept-Language": "fr"}, "en"), ({}, "en")):
        page = visitor.get(path, headers={"Accept": "text/html", **headers})
        assert page.status_code == 200
        assert f'<html lang="{code}">' in page.text
        assert page.headers["Content-Language"] == code
        assert page.headers["Cache-Control"] == "no-store"


def english_left(page):
    """Words of the catalogue that a Spanish page says in English, where the two differ."""
    said = shown(page.text)
    return [
        message.id
        for message in MESSAGES
        if isinstance(message.id, str)
        and " " in message.id
        and message.id != message.string
        and not PLACE.search(message.id)
        and f" {shown(message.id)} " in f" {said} "
    ]


@pytest.mark.parametrize("path", ["/", "/statement", "/setup", "/status", "/promise", "/nowhere", "/oauth-return"])
def test_a_spanish_page_has_no_english_sentence_left(site, local_plaid, visitor, path):
    page = visitor.get(path, headers={"Accept": "text/html", **IN_SPANISH})
    assert english_left(page) == []
    assert "Lo que se guarda sobre usted" in shown(page.text)


def test_the_statement_says_it_all_in_spanish(visitor):
    said = shown(visitor.get("/statement", headers=IN_SPANISH).text)
    for words in (
        "gastados hasta ahora",
        "Próximos pagos",
        "Por categoría",
        "Supermercado",
        "Lo que sale va sin signo",
    ):
        assert words in said
    assert re.search(r"Hoy es \d+ de [a-z]+, según UTC", said)
    assert re.search(r"\d\.\d{3},\d\d\s\$", said)


@pytest.mark.parametrize("action", ["retry", "wait", "reconnect", "operator"])
def test_a_bank_that_fails_says_why_in_spanish(local_plaid, visitor, action):
    codes = {
        "retry": ("INSTITUTION_ERROR", "INSTITUTION_DOWN"),
        "wait": ("ITEM_ERROR", "PRODUCT_NOT_READY"),
        "reconnect": ("ITEM_ERROR", "ITEM_LOGIN_REQUIRED"),
        "operator": ("INVALID_INPUT", "INVALID_API_KEYS"),
    }
    assert set(codes) <= {str(each) for each in Action}
    kind, code = codes[action]
    local_plaid.fault("/transactions/get", error_type=kind, error_code=code)
    local_plaid.fault("/liabilities/get", error_type=kind, error_code=code)
    page = visitor.get("/statement", headers=IN_SPANISH)
    assert english_left(page) == []
    assert f"<code>{code}</code>" in page.text


def test_logging_out_gives_its_receipt_in_spanish(visitor):
    page = visitor.post("/logout", headers=IN_SPANISH)
    assert "Desconectado. No se guarda nada." in shown(page.text)
    assert english_left(page) == []


def test_what_a_page_refuses_is_said_in_spanish(lone_site):
    page = lone_site.browser().post("/setup", data={"access_token": "public-1"}, headers=IN_SPANISH)
    assert page.status_code == 400
    assert "Esto no es una clave de acceso" in shown(page.text)


def test_a_wrong_query_names_its_field_in_spanish(visitor):
    page = visitor.get("/statement?days=x", headers={"Accept": "text/html", **IN_SPANISH})
    assert page.status_code == 400
    assert "days: está fuera de rango o mal formado." in shown(page.text)


def test_every_fault_has_spanish_words():
    with speaking(SPANISH):
        for fault in all_faults():
            for words in (fault.title, fault.detail, fault.next_step):
                assert gettext(words) != words


# What programs get


def test_a_program_gets_english_whatever_it_accepts(lone_site):
    program = lone_site.app.test_client()
    answer = program.get("/api/dashboard", headers={**IN_SPANISH, "Cookie": f"{NAME}=es"})
    assert (answer.json["code"], answer.json["title"]) == ("session_missing", "No bank is connected in this browser")
    assert answer.headers["Content-Language"] == "en"


def test_a_script_of_our_page_gets_the_words_that_it_shows_in_the_pages_language(lone_site):
    answer = lone_site.browser().get("/api/dashboard", headers=IN_SPANISH)
    assert answer.json["code"] == "session_missing"
    assert answer.json["title"] == "No hay ningún banco conectado en este navegador"
    assert answer.headers["Content-Language"] == "es"


def test_one_visitors_language_is_not_the_next_ones(lone_site):
    assert '<html lang="es">' in lone_site.browser().get("/setup", headers=IN_SPANISH).text
    assert language.spoken() is ENGLISH
    assert '<html lang="en">' in lone_site.browser().get("/setup").text


# The choice


def chosen(browser, code, to="/setup"):
    return browser.post("/language", data={"language": code, "to": to})


def test_a_choice_goes_before_what_the_browser_asks_for(lone_site):
    browser = lone_site.browser()
    answer = chosen(browser, "es", "/promise")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/promise")
    (line,) = answer.headers.getlist("Set-Cookie")
    assert line == f"{NAME}=es; Max-Age=34560000; Path=/; SameSite=Lax"
    assert '<html lang="es">' in browser.get("/promise").text
    chosen(browser, "en")
    assert '<html lang="en">' in browser.get("/promise", headers=IN_SPANISH).text


def test_a_choice_can_be_forgotten(lone_site):
    browser = lone_site.browser()
    chosen(browser, "es")
    assert "Olvidar el idioma" in browser.get("/setup").text
    chosen(browser, "")
    assert browser.get_cookie(NAME) is None
    assert "Forget the language" not in browser.get("/setup").text


@pytest.mark.parametrize("code", ["xx", "ES", "es\r\nSet-Cookie: a=b", "../es", "en,es"])
def test_a_language_that_there_is_not_is_refused(lone_site, code):
    answer = chosen(lone_site.browser(), code)
    assert answer.status_code == 400
    assert not answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("/statement?q=caf%C3%A9&days=30", "/statement?q=caf%C3%A9&days=30"),
        ("/", "/"),
        ("", "/"),
        ("https://elsewhere.example/setup", "/"),
        ("//elsewhere.example/setup", "/"),
        ("\\\\elsewhere.example", "/"),
        ("/logout", "/"),
        ("/static/app.js", "/"),
        ("/setup\r\nX: 1", "/"),
        ("http://[", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_the_way_back_leads_to_a_page_of_ours(lone_site, to, leads):
    answer = chosen(lone_site.browser(), "es", to)
    assert answer.status_code == 303
    assert answer.headers["Location"] == leads


@pytest.mark.parametrize("cookie", ["xx", "", "%00", "es es", "es" * 3000])
def test_a_choice_that_is_none_of_ours_is_no_choice(lone_site, cookie):
    page = lone_site.raw_browser().get("/setup", headers={"Cookie": f"{NAME}={cookie}"})
    assert (page.status_code, page.headers["Content-Language"]) == (200, "en")
    twice = lone_site.raw_browser().get("/setup", headers={"Cookie": f"{NAME}=es; {NAME}=es"})
    assert (twice.status_code, twice.headers["Content-Language"]) == (200, "en")


def test_the_form_leads_back_to_the_filter_that_it_was_used_on(visitor):
    page = visitor.get("/statement?q=caf%C3%A9")
    assert 'name="to" value="/statement?q=caf%C3%A9"' in page.text
    assert '<button class="text" name="language" value="es" lang="es">Español</button>' in page.text


def test_a_receipt_that_is_shown_once_offers_no_other_language(visitor):
    assert 'action="/language"' not in visitor.post("/logout").text


def test_the_promise_and_what_is_held_tell_of_the_choice(lone_site):
    browser = lone_site.browser()
    assert "nothing in this browser" in shown(browser.get("/promise").text)
    chosen(browser, "en")
    page = shown(browser.get("/promise").text)
    assert "your language in this browser" in page
    assert "The language you chose" in page
    (held,) = browser.get("/api/what-you-hold").json["in_browser"]
    assert (held["name"], held["value"], held["sealed"]) == (NAME, "en", False)


def test_a_choice_outlives_the_session_and_the_receipt_says_so(visitor):
    chosen(visitor, "en")
    page = shown(visitor.post("/logout").text)
    assert "It keeps the language you chose" in page
    assert visitor.get_cookie(NAME) is not None
