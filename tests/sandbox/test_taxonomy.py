import pytest

from keepless.sandbox.taxonomy import PRIMARY_OF, category


def test_there_are_eighteen_primaries():
    assert len(set(PRIMARY_OF.values())) == 18


def test_a_detailed_name_begins_with_its_primary():
    assert all(detailed.startswith(f"{primary}_") for detailed, primary in PRIMARY_OF.items())


def test_a_category_knows_its_primary():
    assert category("LOAN_PAYMENTS_CREDIT_CARD_PAYMENT").primary == "LOAN_PAYMENTS"
    assert category("LOAN_DISBURSEMENTS_AUTO").primary == "LOAN_DISBURSEMENTS"


def test_a_name_of_the_first_version_is_none_of_the_second():
    with pytest.raises(KeyError):
        category("INCOME_WAGES")
