/** Whether the window is a phone's: what folds there is not in the page, so that the order of focus is the order seen. */

import { signal } from "@preact/signals";

const query = window.matchMedia("(max-width: 46rem)");
export const narrow = signal(query.matches);
query.addEventListener("change", ({ matches }) => {
  narrow.value = matches;
});
