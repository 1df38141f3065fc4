export function Spending() {
  return <section class="sheet spending" aria-labelledby="spending-title" />;
}
