// Put the page, the model and what they need into one folder that any web server can hand out as it is:
//   node build.mjs MODEL.onnx [FOLDER]
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { readCard } from "../../src/pawsight/web/static/device/card.js";

const [model, folder = "site"] = process.argv.slice(2);
if (!model) {
  console.error("Usage: node build.mjs MODEL.onnx [FOLDER]   (MODEL.onnx: pawsight export default --to onnx --out MODEL.onnx)");
  process.exit(2);
}
const card = readCard(new Uint8Array(readFileSync(model)));
mkdirSync(`${folder}/vendor`, { recursive: true });
const packages = (name) => new URL(`node_modules/${name}`, import.meta.url);
const device = (name) => new URL(`../../src/pawsight/web/static/device/${name}`, import.meta.url);

/** Copy a text file; what is replaced must be there. */
function copy(from, to, replaced = {}) {
  let text = readFileSync(from, "utf8");
  for (const [old, now] of Object.entries(replaced)) {
    if (!text.includes(old)) throw new Error(`${from} no longer says ${old}: adapt build.mjs.`);
    text = text.replaceAll(old, now);
  }
  writeFileSync(`${folder}/${to}`, text);
}

// Browsers may keep a model for long: another one has another name.
const graph = readFileSync(model);
const named = `model-${createHash("sha256").update(graph).digest("hex").slice(0, 8)}.onnx`;
for (const old of readdirSync(folder)) if (/^model.*\.onnx$/.test(old)) rmSync(`${folder}/${old}`);
writeFileSync(`${folder}/${named}`, graph);

// Many servers do not know .mjs, and Jekyll leaves out names that begin with _: all modules are called .js here.
copy(new URL("index.html", import.meta.url), "index.html", { "model.onnx": named });
copy(new URL("page.js", import.meta.url), "page.js");
for (const name of ["model.js", "verdict.js", "card.js", "golden.js", "photo.js", "resample.js"]) copy(device(name), name);  // as the page of `pawsight serve` has them
copy(packages("onnxruntime-web/dist/ort.wasm.min.mjs"), "vendor/ort.wasm.min.js");
copy(packages("onnxruntime-web/dist/ort-wasm-simd-threaded.mjs"), "vendor/ort-wasm-simd-threaded.js");
copy(packages("@noble/hashes/sha3.js"), "vendor/sha3.js", { "_u64.js": "u64.js" });
copy(packages("@noble/hashes/_u64.js"), "vendor/u64.js");
copy(packages("@noble/hashes/utils.js"), "vendor/utils.js");
const wasm = "ort-wasm-simd-threaded.wasm";  // packed: a quarter of its 14 MB, whatever the server can do
writeFileSync(`${folder}/vendor/${wasm}.gzip`, gzipSync(readFileSync(packages(`onnxruntime-web/dist/${wasm}`)), { level: 9 }));
console.log(`Wrote ${folder} with ${card.name}-${card.version}. Try it: python -m http.server --directory ${folder}`);
