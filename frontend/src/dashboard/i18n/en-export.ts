/** Words of the export. */

const counted = (rows: string, one: boolean): string => `${rows} ${one ? "transaction" : "transactions"}`;

export const exporting = {
  open: "Export",
  title: "Export transactions",
  which: "Which transactions",
  shown: (rows: string, one: boolean): string => `What the filter shows: ${counted(rows, one)}`,
  all: (rows: string, one: boolean): string => `All: ${counted(rows, one)}`,
  how: "As",
  formats: {
    csv: ["CSV", "for a spreadsheet"],
    json: ["JSON", "for a program: accounts and balances with it"],
    ofx: ["OFX 2.2", "for accounting software: booked transactions only"],
  },
  days: "Back to",
  span: { 30: "30 days", 90: "90 days", 365: "12 months", 730: "24 months" },
  note: (banks: number): string =>
    `${banks === 1 ? "Your bank is" : "Your banks are"} asked once more. The file is made in memory, goes to this browser and is kept nowhere else.`,
  ofxPending: "OFX has booked transactions only, and the filter shows pending ones.",
  nothing: "There is no transaction to export.",
  save: "Save the file",
  working: (banks: number): string => (banks === 1 ? "Asking your bank…" : "Asking your banks…"),
  saved: (name: string): string => `${name} is with your browser now.`,
  partial: "Save what could be read",
  offline: "Keepless could not be reached. Look at your connection, then try again.",
  broken: "The file broke off on its way. Nothing was saved; try again.",
  failed: (status: number): string => `The server answered with status ${status}. Nothing was saved; try again in a moment.`,
  over: "Your visit is over. Connect your bank again, then export.",
  connect: "Connect a bank",
};
