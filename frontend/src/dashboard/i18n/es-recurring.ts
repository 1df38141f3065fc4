/** Words of the recurring view, in Spanish. */

import type { Words } from ".";

const number = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`);

export const recurring: Words["recurring"] = {
  lead: "Encontrado en sus movimientos por su ritmo y sus importes.",
  notNarrowed: "Las fechas, los importes, los tipos y lo pendiente del filtro no limitan esta página: un ritmo necesita todos sus pagos.",
  counted: {
    subscription: (count) => number(count, "suscripción", "suscripciones"),
    bill: (count) => number(count, "recibo", "recibos"),
    income: (count) => number(count, "ingreso regular", "ingresos regulares"),
  },
  yearly: (figure) => `${figure} al año`,
  kinds: { subscription: "Suscripciones", bill: "Recibos", income: "Ingresos" },
  kindSays: {
    subscription: "Lo que se puede cancelar, de mayor a menor coste.",
    bill: "Alquiler, suministros, seguros, préstamos y similares.",
    income: "Lo que llega una y otra vez.",
  },

  coming: "Próximos 30 días",
  comingIn: (currency) => `Próximos 30 días, ${currency}`,
  comingSays: (leaves, arrives) =>
    leaves === ""
      ? `Llegarán ${arrives}, si todo sigue como hasta ahora.`
      : `Saldrán ${leaves}${arrives && ` y llegarán ${arrives}`}, si todo sigue como hasta ahora.`,
  date: "Fecha",
  merchant: "Nombre",
  amount: "Importe",
  running: "Suma",
  expected: (day) => `se esperaba el ${day}`,
  showAll: (lines) => `Mostrar los ${lines}`,
  fewer: (lines) => `Mostrar los ${lines} primeros`,

  howOften: "Frecuencia",
  frequencies: {
    weekly: "cada semana",
    biweekly: "cada dos semanas",
    semi_monthly: "dos veces al mes",
    monthly: "cada mes",
    quarterly: "cada tres meses",
    half_yearly: "cada seis meses",
    yearly: "cada año",
  },
  last: "Último",
  next: "Próximo",
  wasDue: "Se esperaba",
  price: "Precio",
  aYear: "Al año",
  oftenNext: (often, next) => `${often}, próximo el ${next}`,
  endedAfter: (often, last) => `${often}, último el ${last}`,
  newSince: (day) => `nuevo desde el ${day}`,
  rose: (share, before, after, since) => `sube un ${share}, de ${before} a ${after}, desde el ${since}`,
  fell: (share, before, after, since) => `baja un ${share}, de ${before} a ${after}, desde el ${since}`,

  over: "Con retraso y terminados",
  states: {
    late: (count) => `${count} con retraso`,
    ended: (count) => number(count, "terminado", "terminados"),
  },
  stateSays: {
    late: "Se esperaban y aún no han aparecido: pueden estar en camino o haberse cancelado.",
    ended: "Llevan sin aparecer lo bastante para darlos por terminados. No cuentan en ninguna suma.",
  },

  none: "No se ha encontrado nada recurrente. El ritmo se ve a partir de tres pagos: tres meses si es mensual, dos años si es anual.",
  readSince: (first) => `Leído hasta ahora: desde el ${first}. Lo que viene una vez al año o al trimestre necesita más.`,
  filtered: "Nada recurrente coincide con el filtro.",
  showEvery: "Mostrar todo lo recurrente",
};
