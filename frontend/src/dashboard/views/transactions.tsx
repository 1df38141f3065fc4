export function Transactions() {
  return <section class="sheet transactions" aria-labelledby="transactions-title" />;
}
