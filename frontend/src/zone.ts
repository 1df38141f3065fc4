/** The visitor's time zone, in a plain cookie of its own, so that "today" on the page is theirs. Nothing else is told. */

const NAME = "keepless-tz";

export function tellTimeZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) {
    write(zone, 31_536_000);
  }
}

export function forgetTimeZone(): void {
  write("", 0);
}

function write(value: string, seconds: number): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${NAME}=${value}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
}
