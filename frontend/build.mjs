/** Bundles the pages' script, the dashboard and its worker into the server's static folder, and holds both to a size. */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const LIMIT = 120_000; // bytes of JavaScript, gzipped, in all
const OUT = "../keepless/web/static";

await build({
  entryPoints: { app: "src/app.ts", dashboard: "src/dashboard/main.tsx", worker: "src/worker.ts" },
  outdir: OUT,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
});

const sizes = ["app", "dashboard", "worker"].map((name) => [name, gzipSync(readFileSync(`${OUT}/${name}.js`), { level: 9 }).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
const said = sizes.map(([name, size]) => `${name} ${(size / 1000).toFixed(1)} kB`).join(", ");
console.log(`    JavaScript, gzipped: ${(total / 1000).toFixed(1)} kB of ${LIMIT / 1000} (${said})`);
if (total > LIMIT) {
  console.error("    That is too much: a page that people choose to look at does not make them wait for its program.");
  process.exit(1);
}
