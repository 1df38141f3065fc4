import pytest

from keepless.core.categories import PRIMARIES, category_label, detailed_label


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("FOOD_AND_DRINK", "Food and drink"),
        ("", "Uncategorised"),
        ("UNCATEGORIZED", "Uncategorised"),
        ("PET_CARE", "Pet care"),
        ("__", "__"),
        ("über_uns", "Über uns"),
    ],
)
def test_a_primary_category_reads_as_words_also_where_nobody_knows_it(code, label):
    assert category_label(code) == label


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("FOOD_AND_DRINK_FAST_FOOD", "Fast food"),
        ("BANK_FEES_ATM_FEES", "ATM fees"),
        ("ENTERTAINMENT_TV_AND_MOVIES", "TV and movies"),
        ("LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", "Card payment"),
        ("TRANSFER_IN_ACCOUNT_TRANSFER", "Account transfer"),
        ("LOAN_PAYMENTS_BNPL", "BNPL"),
        ("TRAVEL", "Travel"),
        ("", "Uncategorised"),
        ("NEW_THING", "New thing"),
    ],
)
def test_a_detailed_category_reads_as_words_without_its_primary(code, label):
    assert detailed_label(code) == label


def test_both_taxonomies_have_words_for_every_primary():
    assert len(PRIMARIES) == 18 + 1
    assert all(label and "_" not in label for label in PRIMARIES.values())
