/** Credit: all limits together, each card with all that its bank tells, the order in which paying saves most, and loans. */

import "../styles/charts.css";
import "../styles/credit.css";
import { Use } from "../charts/use";
import { payingOrder, totalUtilisation } from "../credit";
import { money, percent } from "../format";
import { words } from "../i18n";
import { nameOfAccount } from "../names";
import { Skeleton } from "../parts/busy";
import { Title } from "../parts/heading";
import { address, answered, asking, cards, filter, loans } from "../state";
import { CardSheet } from "./credit/card";
import { LoanSheet } from "./credit/loan";
import { toMark } from "./credit/mark";
import { PayingOrder } from "./credit/order";
import type { Utilisation } from "../credit";
import type { Card, Loan } from "../wire";

/** Of the filter, only what a card or loan has: its account and its currency. */
function isShown({ account }: Card | Loan): boolean {
  const { account: id, currency } = filter.value;
  return (!id || account.id === id) && (!currency || account.currency === currency);
}

export function Credit() {
  const [ourCards, ourLoans] = [cards.value.filter(isShown), loans.value.filter(isShown)];
  const order = payingOrder(ourCards);
  const totals = totalUtilisation(ourCards);
  const said = words.value.credit;
  return (
    <>
      <section class="sheet first credit" aria-labelledby="credit-title">
        <header>
          <Title view="credit" />
          <p>{said.lead}</p>
        </header>
        <div>
          {totals.map((total) => (
            <Total key={total.currency} total={total} />
          ))}
          {totals.length === 0 && ourCards.length > 0 && <p class="lead">{said.noLimits}</p>}
          {ourCards.length === 0 && (ourLoans.length === 0 ? <NoCredit /> : <p class="text">{said.loansOnly}</p>)}
        </div>
      </section>
      {ourCards.length > 0 && (
        <section class="sheet credit" aria-labelledby="credit-cards">
          <header>
            <h2 id="credit-cards">{said.cards}</h2>
            <p>{said.mark}</p>
            <p>{said.carriedNote}</p>
          </header>
          <div class="cards">
            {ourCards.map((card) => (
              <CardSheet key={card.account.id} card={card} />
            ))}
          </div>
        </section>
      )}
      {order.length > 0 && <PayingOrder order={order} />}
      {ourLoans.length > 0 && (
        <section class="sheet credit" aria-labelledby="credit-loans">
          <header>
            <h2 id="credit-loans">{said.loans}</h2>
          </header>
          <div class="cards">
            {ourLoans.map((loan) => (
              <LoanSheet key={loan.account.id} loan={loan} />
            ))}
          </div>
        </section>
      )}
    </>
  );
}

function Total({ total: { currency, owed, limit, utilisation, over30, cards: number, leftOut } }: { readonly total: Utilisation }) {
  const said = words.value.credit;
  const figure = (minor: number): string => money(minor, currency);
  return (
    <div class="all-limits">
      <p>
        <span class="total">{percent(utilisation)}</span>
      </p>
      <Use perMille={utilisation} over={over30} />
      <p class="lead" data-figure>
        {said.usedInAll(figure(owed), figure(limit), number)}{" "}
        {over30 ? said.above(figure(toMark(owed, limit))) : said.below}
        {leftOut > 0 && ` ${said.leftOut(leftOut)}`}
      </p>
    </div>
  );
}

/** Why there is no card and no loan, and the way out. */
function NoCredit() {
  const said = words.value.credit;
  if (cards.value.length + loans.value.length > 0) {
    const { account } = filter.value;
    return (
      <p class="text">
        {account ? said.notCredit(nameOfAccount(account)) : said.noneInCurrency(filter.value.currency)}{" "}
        <a href={address("credit", { ...filter.value, account: "", currency: "" })}>{said.showAll}</a>
      </p>
    );
  }
  if (asking.value) return <Skeleton />;
  return <p class="text">{answered.value.length === 0 ? words.value.common.empty.unread : said.none(answered.value.length)}</p>;
}
