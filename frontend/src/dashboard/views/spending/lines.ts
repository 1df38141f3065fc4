/** The lines of the breakdowns: names, where they lead and which are chosen, from the sums of an analysis. */

import { ranked } from "../../analysis";
import { categoryName } from "../../categories";
import { nameOfAccount } from "../../names";
import type { Line } from "./breakdown";
import type { CurrencyAnalysis } from "../../analysis";
import type { Filter } from "../../filter";

/**
 * The categories; of the chosen one its details below it. `primaryOf` knows the primary under which a detailed code is
 * filed. A detail leads back to its category, the category to all.
 */
export function categoryLines(
  { byCategory, byDetailed }: CurrencyAnalysis,
  filter: Filter,
  primaryOf: ReadonlyMap<string, string>,
): readonly Line[] {
  const open = primaryOf.get(filter.category) ?? filter.category;
  return ranked(byCategory).flatMap(([primary, amount]) => {
    const chosen = primary === open;
    const line = {
      key: primary,
      name: categoryName(primary),
      amount,
      leads: { ...filter, category: filter.category === primary ? "" : primary },
      chosen: filter.category === primary,
    };
    if (!chosen) return [line];
    const details = ranked(byDetailed).filter(([detailed]) => detailed !== primary && primaryOf.get(detailed) === primary);
    return [
      line,
      ...details.map(([detailed, part]) => ({
        key: detailed,
        name: categoryName(detailed),
        amount: part,
        leads: { ...filter, category: filter.category === detailed ? primary : detailed },
        chosen: filter.category === detailed,
        inner: true,
      })),
    ];
  });
}

export function merchantLines({ byMerchant }: CurrencyAnalysis, filter: Filter): readonly Line[] {
  return ranked(byMerchant).map(([merchant, amount]) => toggled("merchant", merchant, merchant, amount, filter));
}

export function accountLines({ byAccount }: CurrencyAnalysis, filter: Filter): readonly Line[] {
  return ranked(byAccount).map(([id, amount]) => toggled("account", id, nameOfAccount(id), amount, filter));
}

function toggled(field: "merchant" | "account", key: string, name: string, amount: number, filter: Filter): Line {
  const chosen = filter[field] === key;
  return { key, name, amount, chosen, leads: { ...filter, [field]: chosen ? "" : key } };
}
