// Put the page, the model and what they need into one folder that any web server can hand out as it is:
//   node build.mjs MODEL.onnx [FOLDER]
import { cpSync, mkdirSync, readFileSync } from "node:fs";

import { readCard } from "./card.js";

const [model, folder = "site"] = process.argv.slice(2);
if (!model) {
  console.error("Usage: node build.mjs MODEL.onnx [FOLDER]   (MODEL.onnx: pawsight export default --to onnx --out MODEL.onnx)");
  process.exit(2);
}
const card = readCard(new Uint8Array(readFileSync(model)));
mkdirSync(`${folder}/vendor`, { recursive: true });
const own = ["index.html", "page.js", "model.js", "card.js", "golden.js", "photo.js", "resample.js"];
const runtime = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];
const hashes = ["sha3.js", "_u64.js", "utils.js"];
for (const name of own) cpSync(new URL(name, import.meta.url), `${folder}/${name}`);
for (const [from, names] of [["onnxruntime-web/dist", runtime], ["@noble/hashes", hashes]])
  for (const name of names) cpSync(new URL(`node_modules/${from}/${name}`, import.meta.url), `${folder}/vendor/${name}`);
cpSync(model, `${folder}/model.onnx`);
console.log(`Wrote ${folder} with ${card.name}-${card.version}. Try it: python -m http.server --directory ${folder}`);
