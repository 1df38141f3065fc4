/** English: the catalogue that the others follow. */

import { common } from "./en-common";

export const en = { common };
