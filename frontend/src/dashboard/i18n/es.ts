/** Spanish. */

import { banks } from "./es-banks";
import { overview } from "./es-overview";
import { privacy } from "./es-privacy";
import { common } from "./es-common";
import { categories } from "./es-categories";
import { exporting } from "./es-export";
import { filter } from "./es-filter";
import { transactions } from "./es-transactions";
import { charts } from "./es-charts";
import { spending } from "./es-spending";
import { trends } from "./es-trends";
import { credit } from "./es-credit";
import { recurring } from "./es-recurring";
import type { Words } from ".";

export const es: Words = { banks, categories, common, exporting, filter, overview, privacy, transactions, charts, spending, trends, credit, recurring };
