/** Words of the frame, in Spanish. */

import type { Words } from ".";

export const common: Words["common"] = {
  views: {
    overview: "Resumen",
    credit: "Crédito",
    spending: "Gastos",
    recurring: "Recurrentes",
    transactions: "Movimientos",
    banks: "Bancos",
  },
  asking: (banks) => (banks === 1 ? "Consultando su banco" : `Consultando ${banks} bancos`),
  progress: (done, asked, rows) => `Han respondido ${done} de ${asked} bancos; ${rows} movimientos hasta ahora`,
};
