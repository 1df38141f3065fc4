export function Banks() {
  return <section class="sheet banks" aria-labelledby="banks-title" />;
}
