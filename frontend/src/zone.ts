/** The visitor's time zone, in a plain cookie of its own, so that "today" on the page is theirs. Nothing else is told. */

const NAME = "keepless-tz";
const A_YEAR = 31_536_000;

export function tellTimeZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) {
    const secure = window.location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${NAME}=${zone}; Path=/; Max-Age=${A_YEAR}; SameSite=Lax${secure}`;
  }
}
