/** English: the catalogue that the others follow. */

import { banks } from "./en-banks";
import { overview } from "./en-overview";
import { privacy } from "./en-privacy";
import { common } from "./en-common";
import { categories } from "./en-categories";
import { exporting } from "./en-export";
import { filter } from "./en-filter";
import { transactions } from "./en-transactions";
import { charts } from "./en-charts";
import { spending } from "./en-spending";
import { trends } from "./en-trends";
import { credit } from "./en-credit";
import { recurring } from "./en-recurring";

export const en = { banks, categories, common, exporting, filter, overview, privacy, transactions, charts, spending, trends, credit, recurring };
