/** The order in which paying saves most, per currency, and why. The rules are C9 to C12 of docs/spending.md. */

import { money, rate } from "../../format";
import { words } from "../../i18n";
import { nameOfAccount } from "../../names";
import { answered } from "../../state";
import type { PayFirst } from "../../credit";

export function PayingOrder({ order }: { readonly order: readonly PayFirst[] }) {
  const said = words.value.credit;
  const currencies = [...new Set(order.map(({ currency }) => currency))];
  return (
    <section class="sheet credit" aria-labelledby="credit-order">
      <header>
        <h2 id="credit-order">{said.order}</h2>
        <p>{said.orderNote}</p>
      </header>
      <div class="stack">
        <p class="text">{said.minimumsFirst}</p>
        {currencies.map((currency) => (
          <CurrencyOrder key={currency} currency={currency} order={order.filter((each) => each.currency === currency)} />
        ))}
      </div>
    </section>
  );
}

function CurrencyOrder({ currency, order }: { readonly currency: string; readonly order: readonly PayFirst[] }) {
  const said = words.value.credit;
  return (
    <div>
      <p class="lead" data-figure>{why(currency, order)}</p>
      <table class="order">
        <caption class="unseen">{said.orderIn(currency)}</caption>
        <thead>
          <tr>
            <th scope="col"><span class="unseen">{said.place}</span></th>
            <th scope="col">{said.balanceColumn}</th>
            <th scope="col" class="figure wide-only">{said.rate}</th>
            <th scope="col" class="figure wide-only">{said.owed}</th>
            <th scope="col" class="figure wide-only">{said.paying}</th>
            <th scope="col" class="figure">{said.savesMonth}</th>
            <th scope="col" class="figure">{said.savesYear}</th>
          </tr>
        </thead>
        <tbody>
          {order.map((each) => (
            <Place key={`${each.accountId} ${each.rateType}`} each={each} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Place({ each: { accountId, bank, place, rateType, balance, basisPoints, paid, savesMonth, savesYear, reason, currency } }: { readonly each: PayFirst }) {
  const said = words.value.credit;
  const cell = (minor: number | null) => (minor === null ? <span class="untold">{said.untold}</span> : money(minor, currency));
  return (
    <tr>
      <td>{place ?? <span class="untold">{said.noPlace}</span>}</td>
      <th scope="row">
        {nameOfAccount(accountId)}
        <small>
          {reason === null ? (said.rates[rateType] ?? said.otherRate) : said.reasons[reason]}
          {answered.value.length > 1 && ` · ${bank}`}
        </small>
        {basisPoints !== null && <small class="narrow-only" data-figure>{rate(basisPoints)}</small>}
      </th>
      <td class="figure wide-only">{basisPoints === null ? <span class="untold">{said.untold}</span> : rate(basisPoints)}</td>
      <td class="figure wide-only">{cell(balance)}</td>
      <td class="figure wide-only">{cell(paid)}</td>
      <td class="figure">{cell(savesMonth)}</td>
      <td class="figure">{cell(savesYear)}</td>
    </tr>
  );
}

/** The sentence that says where the next money saves most, and why. */
function why(currency: string, order: readonly PayFirst[]): string {
  const said = words.value.credit;
  const first = order.find(({ place }) => place === 1);
  if (first === undefined || first.paid === null || first.savesMonth === null || first.savesYear === null || first.basisPoints === null) {
    return said.orderUnknown;
  }
  if (first.basisPoints === 0) return said.orderFree;
  return said.orderWhy(
    nameOfAccount(first.accountId), rate(first.basisPoints), money(first.paid, currency), money(first.savesMonth, currency), money(first.savesYear, currency),
  );
}
