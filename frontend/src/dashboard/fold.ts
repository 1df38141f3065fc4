/** Text as it is compared: compatibility-composed (NFKC) and case-folded, as keepless/core/filters.py does it. */

const ASCII = /^[\0-\x7f]*$/;
/** Upper case would make an "i" of the dotless one, which folding leaves alone; everything else goes through it. */
const BUT_DOTLESS = /[^ı]+/gu;

/** "strasse" for "Straße". JavaScript has no case folding of its own: upper case joins what lower case leaves apart. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(BUT_DOTLESS, (part) => part.toUpperCase().toLowerCase())
    .replaceAll("ς", "σ")
    .normalize("NFKC");
}
