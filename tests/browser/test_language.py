"""The pages in Spanish, in a browser that asks for it; and a language that someone chooses."""

import re

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible

pytestmark = pytest.mark.browser


def test_the_whole_way_from_setup_to_log_out_is_spanish(visit, local_plaid):
    page = visit(locale="es-ES")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vea cómo está su dinero. No deje nada atrás.")
    assert_accessible(page, "setup in Spanish")
    page.get_by_role("button", name="Elegir su banco").click()
    page.frame_locator("iframe[data-local-plaid]").locator("[data-user='demo']").first.click()
    expect(page.get_by_text("gastados hasta ahora").first).to_be_visible()

    page.goto("/statement")
    expect(page.locator(".total")).to_have_text(re.compile(r"^\d{1,3}(\.\d{3})*,\d\d\s\$$"))
    assert_accessible(page, "statement in Spanish")
    page.get_by_role("searchbox", name="Buscar").fill("nothing is called so")
    page.get_by_role("button", name="Filtrar").click()
    expect(page.get_by_text("Ningún movimiento coincide.")).to_be_visible()

    page.goto("/setup")
    expect(page.get_by_text("Conectado ahora: First Platypus Bank.")).to_be_visible()
    page.goto("/")
    page.get_by_role("button", name="Cerrar sesión").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Desconectado. No se guarda nada.")
    assert [item["state"] for item in local_plaid.items()] == ["removed"]
    assert page.context.cookies() == []  # nobody chose a language: there is none to keep


def test_what_the_script_says_on_a_page_is_in_the_pages_language(visit, local_plaid):
    local_plaid.fault("/link/token/create", error_type="API_ERROR", error_code="INTERNAL_SERVER_ERROR")
    page = visit(locale="es-ES")
    page.get_by_role("button", name="Elegir su banco").click()
    expect(page.get_by_role("alert").first).to_contain_text("El banco no se puede leer ahora")
    page.context.set_offline(True)
    page.get_by_role("button", name="Elegir su banco").click()
    expect(page.get_by_role("alert").first).to_contain_text("No se puede acceder a Keepless")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_language_is_chosen_at_the_foot_of_a_page_with_and_without_a_script(visit, javascript):
    page = visit("/promise", javascript=javascript)
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Qué se guarda, dónde y durante cuánto tiempo")
    expect(page).to_have_url(re.compile("/promise$"))
    page.get_by_role("button", name="Olvidar el idioma").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is held, where, and for how long")


def test_the_dashboard_and_the_servers_pages_go_by_one_choice(connected):
    page = connected()
    page.get_by_role("combobox", name="Language").select_option("Español")
    expect(page.get_by_role("heading", level=1, name="Resumen")).to_be_visible()
    page.goto("/status")
    expect(page.get_by_role("heading", level=1)).to_have_text("Todo va bien")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All is well")
    page.goto("/")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    expect(page.get_by_role("combobox", name="Language")).to_have_value("en")
