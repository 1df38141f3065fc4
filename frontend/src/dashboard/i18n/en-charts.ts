/** Words of the charts. */

export const charts = {
  spent: "Spending",
  income: "Income",
  kept: "Kept by this browser",
  partly: "In part",
  asTable: "The same as a table",
};
