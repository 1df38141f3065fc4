/** Words of the charts, in Spanish. */

import type { Words } from ".";

export const charts: Words["charts"] = {
  spent: "Gastos",
  income: "Ingresos",
  kept: "Guardado por este navegador",
  partly: "En parte",
  asTable: "Lo mismo en una tabla",
};
