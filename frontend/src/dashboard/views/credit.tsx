export function Credit() {
  return <section class="sheet credit" aria-labelledby="credit-title" />;
}
