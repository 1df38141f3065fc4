/** Words of the spending view, in Spanish. */

import type { Words } from ".";

export const spending: Words["spending"] = {
  shown: (first, last) => `Del ${first} al ${last}`,
  rule: "Las devoluciones se descuentan. Los pagos de tarjetas, las transferencias entre cuentas y las cuotas de préstamos no son gastos.",
  period: "Periodo",
  picks: { days30: "30 días", days90: "90 días", thisYear: "Este año", months12: "12 meses", all: "Todo" },
  readSince: (first) => `Leído hasta ahora: desde el ${first}.`,
  readMore: "Leer 24 meses",
  nothingSpent: "Nada de lo que deja el filtro es un gasto.",

  spentIn: (currency) => (currency ? `gastados en ${currency}` : "gastados"),
  moreCameBack: "Se devolvió más de lo que se gastó.",
  tooShort: "Todavía no hay dos meses completos para saber qué es lo habitual.",
  notUsual: "En la mayoría de los meses completos no hay gastos en esta moneda.",
  usual: (figure) => `Un mes habitual suma ${figure}: la mitad de los meses completos queda por encima y la otra mitad, por debajo.`,
  besideUsual: (figure) => `Un mes habitual suma ${figure}.`,
  asUsual: (figure) => `Más o menos como un mes habitual, que suma ${figure}.`,
  lessThanUsual: (share, figure) => `Un ${share} menos que un mes habitual, que suma ${figure}.`,
  moreThanUsual: (share, figure) => `Un ${share} más que un mes habitual, que suma ${figure}.`,

  spent: "Gastado",
  income: "Ingresos",
  debtPayments: "Cuotas de préstamos",
  cash: "Efectivo retirado",
  net: "Queda",
  share: "Parte",
  month: (month, spent, income, net) => `${month}: gastos ${spent}, ingresos ${income}, quedan ${net}`,
  monthSpent: (month, spent) => `${month}: gastos ${spent}`,
  monthColumn: "Mes",
  inPart: "en parte",

  byMonth: "Gastos e ingresos por mes",
  byCategory: "Por categoría",
  byMerchant: "Por comercio",
  byAccount: "Por cuenta",
  category: "Categoría",
  merchant: "Comercio",
  account: "Cuenta",
  others: (number) => (number === 1 ? "1 más" : `Otros ${number}`),
  showAll: (number) => `Mostrar los ${number}`,
  fewer: (number) => `Mostrar los ${number} primeros`,

  alsoShow: "Mostrar también lo que no es gasto",
  beside: {
    transfer: {
      name: "Transferencias",
      heading: "Transferencias: no son gastos",
      says: "Dinero que pasó de una cuenta a otra. Sigue siendo suyo, o vino de una cuenta suya.",
    },
    card_payment: {
      name: "Pagos de tarjetas",
      heading: "Pagos de tarjetas: no son gastos",
      says: "Liquidan compras que ya se contaron cuando se hicieron. Cada pago aparece dos veces: al salir de la cuenta y al llegar a la tarjeta.",
    },
    debt_payment: {
      name: "Cuotas de préstamos",
      heading: "Cuotas de préstamos: aparte de los gastos",
      says: "Lo que amortiza préstamos. Se resta de lo que queda y no se mezcla con los gastos.",
    },
    cash: {
      name: "Efectivo",
      heading: "Efectivo retirado: aparte de los gastos",
      says: "Ningún banco sabe qué se hizo con él. Se resta de lo que queda, sin suponer que se gastó.",
    },
  },
  besideIn: (name, currency) => `${name} en ${currency}`,
  noneOfIt: "No hay ninguno entre lo que deja el filtro.",
  counterparty: "A quién o de quién",
  times: "Veces",
  left: "Salió",
  arrived: "Entró",
  inAll: "En total",
};
