/** Words of the frame: navigation, progress, states. */

export const common = {
  views: {
    overview: "Overview",
    credit: "Credit",
    spending: "Spending",
    recurring: "Recurring",
    transactions: "Transactions",
    banks: "Banks",
  },
  asking: (banks: number): string => (banks === 1 ? "Asking your bank" : `Asking ${banks} banks`),
  progress: (done: number, asked: number, rows: string): string => `${done} of ${asked} banks answered, ${rows} transactions so far`,
};
