/** How much of all limits together is used, and what that means. */

import { Use } from "../../charts/use";
import { HIGH_USE } from "../../credit";
import { money, percent } from "../../format";
import { words } from "../../i18n";
import type { Utilisation } from "../../credit";

export function Limits({ totals }: { readonly totals: readonly Utilisation[] }) {
  if (totals.length === 0) return null;
  const { title, lead } = words.value.overview.use;
  return (
    <section class="sheet" aria-labelledby="limits-title">
      <header>
        <h2 id="limits-title">{title}</h2>
        <p>{lead(percent(HIGH_USE, { whole: true }))}</p>
      </header>
      <div class="cards">
        {totals.map((total) => <Limit key={total.currency} total={total} />)}
      </div>
    </section>
  );
}

function Limit({ total: { currency, owed, limit, utilisation, over30, cards, leftOut } }: { total: Utilisation }) {
  const say = words.value.overview.use;
  const given = [money(owed, currency), money(limit, currency), percent(HIGH_USE, { whole: true })] as const;
  // To the mark or just below it: rounded up to a whole minor unit.
  const over = money(owed - Math.floor((limit * HIGH_USE) / 1000), currency);
  const meaning = !over30 ? say.below(...given) : owed > limit ? say.beyond(...given, over) : say.above(...given, over);
  return (
    <article>
      <p class="share" data-figure>{percent(utilisation)}</p>
      <Use perMille={utilisation} over={over30} />
      <p data-figure>{meaning}</p>
      <p>
        <small>
          {say.cards(cards)} {leftOut > 0 && say.leftOut(leftOut)}
        </small>
      </p>
    </article>
  );
}
