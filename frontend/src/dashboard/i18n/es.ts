/** Spanish. */

import { common } from "./es-common";
import type { Words } from ".";

export const es: Words = { common };
