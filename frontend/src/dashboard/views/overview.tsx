export function Overview() {
  return <section class="sheet overview" aria-labelledby="overview-title" />;
}
