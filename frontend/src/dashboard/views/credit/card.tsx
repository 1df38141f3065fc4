/** One card: what is owed and used, its terms, every rate with its balance, and what carrying the balance would cost. */

import { Use } from "../../charts/use";
import { dayOf } from "../../dates";
import { day, money, percent, rate } from "../../format";
import { words } from "../../i18n";
import { accountName } from "../../names";
import { answered } from "../../state";
import { toMark } from "./mark";
import { State, Terms, known, paymentTerms } from "./terms";
import type { Card } from "../../wire";

export function CardSheet({ card }: { readonly card: Card }) {
  const said = words.value.credit;
  const { currency } = card.account;
  const owed = card.credit_balance === null ? known(card.owed, currency) : money(-card.credit_balance, currency);
  const closed = card.statement_date === null ? said.statement : said.statementOf(day(dayOf(card.statement_date), "short"));
  return (
    <article class="card">
      <div class="card-head">
        <h3>
          {accountName(card.account)}
          {answered.value.length > 1 && <small>{card.bank}</small>}
        </h3>
        {owed === null ? <span class="untold">{said.untold}</span> : <span class="figure">{owed}</span>}
      </div>
      {card.utilisation !== null && <Use perMille={card.utilisation} over={card.over_30 === true} />}
      <p class={card.over_30 ? "use-said warn" : "use-said"} data-figure>{useOf(card)}</p>
      <State credit={card} />
      <Terms
        terms={[
          [said.limit, known(card.limit, currency)],
          [said.available, known(card.available, currency)],
          [closed, known(card.statement_balance, currency)],
          ...paymentTerms(card),
        ]}
      />
      <Rates card={card} />
      <p class="carried" data-figure>{carried(card)}</p>
    </article>
  );
}

function useOf({ account: { currency }, owed, limit, utilisation, over_30, credit_balance }: Card): string {
  const said = words.value.credit;
  if (credit_balance !== null) return said.owesYou;
  if (limit === null) return said.noLimit;
  if (owed === null || utilisation === null) return said.noBalance;
  if (owed > limit) return said.overLimit(money(owed - limit, currency), money(limit, currency));
  const used = said.used(percent(utilisation), money(limit, currency));
  return over_30 ? `${used} ${said.above(money(toMark(owed, limit), currency))}` : used;
}

function Rates({ card: { account, aprs } }: { readonly card: Card }) {
  const said = words.value.credit;
  if (aprs.length === 0) return <p class="rates untold">{said.noRates}</p>;
  return (
    <table class="rates">
      <caption class="unseen">{said.ratesOf(accountName(account))}</caption>
      <thead>
        <tr>
          <th scope="col">{said.rateFor}</th>
          <th scope="col" class="figure">{said.rate}</th>
          <th scope="col" class="figure">{said.onBalance}</th>
          <th scope="col" class="figure">{said.interest}</th>
        </tr>
      </thead>
      <tbody>
        {aprs.map((apr, place) => (
          <tr key={place}>
            <th scope="row">{said.rates[apr.type] ?? said.otherRate}</th>
            <td class="figure">{rate(apr.basis_points)}</td>
            {[apr.balance, apr.interest].map((minor, column) => (
              <td key={column} class="figure">{known(minor, account.currency) ?? <span class="untold">{said.untold}</span>}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function carried({ account: { currency }, interest_if_carried: interest, owed }: Card): string {
  const said = words.value.credit;
  if (owed === 0) return said.nothingToCarry;
  if (interest === null) return said.carriedUnknown;
  return interest === 0 ? said.carriedFree : said.carried(money(interest, currency));
}
