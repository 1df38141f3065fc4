/** Decimals of a currency's minor unit: ISO 4217, as keepless/core/money.py has it (held equal by a golden case). */

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
