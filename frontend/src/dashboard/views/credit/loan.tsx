/** One loan with its terms. */

import { money, rate } from "../../format";
import { words } from "../../i18n";
import { accountName } from "../../names";
import { answered } from "../../state";
import { State, Terms, paymentTerms } from "./terms";
import type { Loan } from "../../wire";

export function LoanSheet({ loan }: { readonly loan: Loan }) {
  const said = words.value.credit;
  const { account, basis_points: basisPoints, name, owed } = loan;
  return (
    <article class="card">
      <div class="card-head">
        <h3>
          {accountName(account)}
          {answered.value.length > 1 && <small>{loan.bank}</small>}
        </h3>
        {owed === null ? <span class="untold">{said.untold}</span> : <span class="figure">{money(owed, account.currency)}</span>}
      </div>
      <State credit={loan} />
      <Terms
        terms={[
          [said.kind, said.loanKinds[loan.kind] ?? (name === account.name ? loan.kind : name)],
          [said.rate, basisPoints === null ? null : rate(basisPoints)],
          ...paymentTerms(loan),
        ]}
      />
    </article>
  );
}
