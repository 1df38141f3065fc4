/** Words of the charts. */

export const charts = {
  spent: "Spending",
  income: "Income",
  asTable: "The same as a table",
};
