/** Decimals of a currency's minor unit: ISO 4217, as keepless/core/money.py has it (held equal by a golden case). */

import type { Minor } from "./wire";

const NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const THREE = "BHD IQD JOD KWD LYD OMR TND";
const FOUR = "CLF UYW";
const EIGHT = "ADA BAT BCH BNB BSV BTC BTG DASH DOGE ETC ETH LSK NEO OMG QTUM USDT XLM XMR XRP ZEC ZRX";

const EXPONENTS = new Map(
  ([[NONE, 0], [THREE, 3], [FOUR, 4], [EIGHT, 8]] as const).flatMap(([codes, digits]) => codes.split(" ").map((code) => [code, digits])),
);

export function exponent(currency: string): number {
  return EXPONENTS.get(currency) ?? 2;
}

/** `of` times `part` / `whole` (`of` 1000: per mille), exact, rounded half to even. `whole` is above zero. */
export function roundedShare(part: Minor, whole: Minor, of: number): number {
  const [product, divisor] = [BigInt(part) * BigInt(of), BigInt(whole)];
  let [quotient, rest] = [product / divisor, product % divisor];
  if (rest < 0n) [quotient, rest] = [quotient - 1n, rest + divisor];
  const up = 2n * rest > divisor || (2n * rest === divisor && quotient % 2n !== 0n);
  return Number(up ? quotient + 1n : quotient);
}
