"""What each endpoint takes: one struct per request body, strict as Plaid is (docs/plaid.md, sections 1 and 5).

Unknown fields, missing fields and values out of range are refused by `parse` with Plaid's own codes.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from keepless.sandbox.problem import PlaidProblem

Count = Annotated[int, Meta(ge=1, le=500)]
Days = Annotated[int, Meta(ge=1, le=730)]
Text = Annotated[str, Meta(min_length=1)]
CategoryVersion = Literal["v1", "v2"]
Countries = Annotated[list[Text], Meta(min_length=1)]


class Options(Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of the `options` objects. They may be left out, never null."""


class PlaidRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of all bodies: the credentials may be here instead of in the headers."""

    ignored: ClassVar[frozenset[str]] = frozenset()  # fields Plaid knows and this server has no use for

    client_id: str | None = None
    secret: str | None = None


class ItemRequest(PlaidRequest):
    """A body that names an item and nothing else."""

    access_token: str


R = TypeVar("R", bound=PlaidRequest)


def parse(body: dict[str, Any], kind: type[R]) -> R:
    """The typed request. Raises PlaidProblem UNKNOWN_FIELDS, MISSING_FIELDS or INVALID_FIELD."""
    if kind.ignored:
        body = {name: value for name, value in body.items() if name not in kind.ignored}
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        field = text.partition("`")[2].partition("`")[0]
        if "unknown field" in text:
            message = f"the following fields are not recognized by this endpoint: {field}"
            raise PlaidProblem("UNKNOWN_FIELDS", message) from None
        if "missing required field" in text:
            raise PlaidProblem("MISSING_FIELDS", f"the following required fields are missing: {field}") from None
        raise PlaidProblem("INVALID_FIELD", text) from None


class AccountsOptions(Options):
    account_ids: list[str] | None = None


class AccountsGet(ItemRequest):
    options: AccountsOptions = msgspec.field(default_factory=AccountsOptions)


class BalanceOptions(Options):
    account_ids: list[str] | None = None
    min_last_updated_datetime: Annotated[datetime, Meta(tz=True)] | None = None


class BalanceGet(ItemRequest):
    options: BalanceOptions = msgspec.field(default_factory=BalanceOptions)


class LiabilitiesGet(ItemRequest):
    options: AccountsOptions = msgspec.field(default_factory=AccountsOptions)


class TransactionsGetOptions(Options):
    account_ids: list[str] | None = None
    count: Count = 100
    offset: Annotated[int, Meta(ge=0)] = 0
    include_original_description: bool | None = False
    include_personal_finance_category: bool = True
    include_personal_finance_category_beta: bool = False
    include_logo_and_counterparty_beta: bool = False
    personal_finance_category_version: CategoryVersion | None = None
    days_requested: Days | None = None


class TransactionsGet(ItemRequest):
    start_date: date
    end_date: date
    options: TransactionsGetOptions = msgspec.field(default_factory=TransactionsGetOptions)


class TransactionsSyncOptions(Options):
    account_id: str | None = None
    include_original_description: bool | None = False
    include_personal_finance_category: bool = True
    include_logo_and_counterparty_beta: bool = False
    personal_finance_category_version: CategoryVersion | None = None
    days_requested: Days | None = None


class TransactionsSync(ItemRequest):
    cursor: Annotated[str, Meta(max_length=256)] = ""
    count: Count = 100
    options: TransactionsSyncOptions = msgspec.field(default_factory=TransactionsSyncOptions)


class RecurringOptions(Options):
    include_personal_finance_category: bool = True
    personal_finance_category_version: CategoryVersion | None = None


class RecurringGet(ItemRequest):
    account_ids: list[str] | None = None
    options: RecurringOptions = msgspec.field(default_factory=RecurringOptions)


class ItemRemove(ItemRequest):
    reason_code: str | None = None
    reason_note: Annotated[str, Meta(max_length=512)] | None = None


class WebhookUpdate(ItemRequest):
    webhook: str | None = None


class PublicTokenExchange(PlaidRequest):
    public_token: str


class SandboxTransactionsWindow(Options):
    start_date: date | None = None
    end_date: date | None = None
    days_requested: Days | None = None


class SandboxPublicTokenOptions(Options):
    webhook: str | None = None
    override_username: str = "user_good"
    override_password: str = "pass_good"  # noqa: S105  the documented default of Plaid's test login
    transactions: SandboxTransactionsWindow = msgspec.field(default_factory=SandboxTransactionsWindow)


class SandboxPublicTokenCreate(PlaidRequest):
    ignored = frozenset({"user_token", "user_id"})

    institution_id: str
    initial_products: Annotated[list[str], Meta(min_length=1)]
    options: SandboxPublicTokenOptions = msgspec.field(default_factory=SandboxPublicTokenOptions)


class FireWebhookOptions(Options):
    new_transactions: int | None = None


class FireWebhook(ItemRequest):
    webhook_code: str
    webhook_type: str | None = None
    options: FireWebhookOptions = msgspec.field(default_factory=FireWebhookOptions)


class NewTransaction(Options):
    date_transacted: date
    date_posted: date
    amount: Decimal
    description: Text
    iso_currency_code: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "USD"
    account_id: str | None = None


class SandboxTransactionsCreate(ItemRequest):
    transactions: Annotated[list[NewTransaction], Meta(min_length=1, max_length=10)]


class LinkUser(Struct, kw_only=True):
    """Only the id counts here; the personal fields Plaid also takes are never kept."""

    client_user_id: Text | None = None


class LinkTransactions(Options):
    days_requested: Days = 90


class LinkUpdate(Options):
    account_selection_enabled: bool = False
    reauthorization_enabled: bool = False
    user: bool = False
    item_ids: list[str] | None = None


class AccountFilter(Options):
    """The subtypes of one type of account that Link shows; "all" is every one."""

    account_subtypes: Annotated[list[str], Meta(min_length=1)]


class LinkTokenCreate(PlaidRequest):
    ignored = frozenset(
        {
            "access_tokens",
            "link_customization_name",
            "appearance_mode",
            "android_package_name",
            "institution_data",
            "card_switch",
            "eu_config",
            "institution_id",
            "payment_configuration",
            "payment_initiation",
            "employment",
            "income_verification",
            "base_report",
            "credit_partner_insights",
            "cra_options",
            "cra_report_parameter",
            "consumer_report_permissible_purpose",
            "auth",
            "transfer",
            "identity_verification",
            "statements",
            "third_party_user_token",
            "investments",
            "investments_auth",
            "cashflow_report",
            "cra_enabled",
            "identity",
            "financekit_supported",
            "enable_multi_item_link",
            "user_token",
        }
    )

    client_name: Text
    language: Text
    country_codes: Countries
    user: LinkUser | None = None
    user_id: str | None = None
    products: list[str] = msgspec.field(default_factory=list)
    required_if_supported_products: list[str] = msgspec.field(default_factory=list)
    optional_products: list[str] = msgspec.field(default_factory=list)
    additional_consented_products: list[str] = msgspec.field(default_factory=list)
    transactions: LinkTransactions = msgspec.field(default_factory=LinkTransactions)
    webhook: str | None = None
    redirect_uri: str | None = None
    access_token: str | None = None
    update: LinkUpdate = msgspec.field(default_factory=LinkUpdate)
    account_filters: dict[str, AccountFilter] | None = None
    hosted_link: dict[str, Any] | None = None


class LinkTokenGet(PlaidRequest):
    link_token: str


class InstitutionOptions(Options):
    include_optional_metadata: bool = False
    include_status: bool = False
    include_auth_metadata: bool = False
    include_payment_initiation_metadata: bool = False


class InstitutionGet(PlaidRequest):
    institution_id: Text
    country_codes: Countries
    options: InstitutionOptions = msgspec.field(default_factory=InstitutionOptions)


class InstitutionSearchOptions(Options):
    oauth: bool | None = None
    include_optional_metadata: bool | None = False
    include_auth_metadata: bool | None = False
    include_payment_initiation_metadata: bool | None = False
    payment_initiation: Any = None


class InstitutionSearch(PlaidRequest):
    query: Text
    country_codes: Countries
    products: Annotated[list[str], Meta(min_length=1)] | None = None
    options: InstitutionSearchOptions = msgspec.field(default_factory=InstitutionSearchOptions)


class VerificationKeyGet(PlaidRequest):
    key_id: str
