"""The terms of cards and loans: what /liabilities/get gives beside the transactions."""

from keepless.adapters.plaid import mapping, wire
from keepless.core.models import Liabilities


def read(body: bytes) -> Liabilities:
    """The terms in an answer. Raises PlaidFault BAD_ANSWER where it is none.

    Terms name no currency: each is in that of its account, which is why the answer's accounts are read as well.
    """
    answer = wire.liabilities_answer(body)
    accounts, _ = mapping.accounts(wire.account_rows(answer.accounts)[0])
    currencies = {account.id: account.currency for account in accounts}
    credit, lost_credit = wire.credit_rows(answer.liabilities.credit)
    student, lost_student = wire.student_rows(answer.liabilities.student)
    mortgage, lost_mortgage = wire.mortgage_rows(answer.liabilities.mortgage)
    cards, odd_cards = mapping.cards(credit, currencies)
    students, odd_students = mapping.students(student, currencies)
    mortgages, odd_mortgages = mapping.mortgages(mortgage, currencies)
    return Liabilities(
        accounts=tuple(accounts),
        cards=tuple(cards),
        loans=(*students, *mortgages),
        unreadable=lost_credit + lost_student + lost_mortgage + odd_cards + odd_students + odd_mortgages,
    )
