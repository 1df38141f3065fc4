/** What the table shows: the rows of the filter, in the order that was chosen. The order is kept from view to view. */

import { computed, signal } from "@preact/signals";
import { locale } from "../../i18n";
import { book, selection } from "../../state";
import { arranged, ordered } from "./order";
import type { Sort } from "./order";

export const sort = signal<Sort>("date-down");

const order = computed(() => ordered(book.value, sort.value, locale.value));

/** As places in the book. */
export const shown = computed(() => (sort.value === "date-down" ? selection.value : arranged(order.value, selection.value)));
