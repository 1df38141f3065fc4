export function Recurring() {
  return <section class="sheet recurring" aria-labelledby="recurring-title" />;
}
