// Write a model folder as the browser does: base model and head on standard input, files on standard output.
import { text } from "node:stream/consumers";

const own = (name) => import(new URL(`../../src/pawsight/web/static/device/learn/${name}.js`, import.meta.url).href);
const [{ draftCard, seal }, { replaceHead }] = await Promise.all(["folder", "graph"].map(own));

const { graph, card, columns, ceiling, exclusive, learned } = JSON.parse(await text(process.stdin));
const made = replaceHead(Buffer.from(graph, "base64"), { columns: columns.map((one) => Float64Array.from(one)), ceiling, exclusive });
const files = seal(draftCard("my-model", card, made, learned), made);
console.log(JSON.stringify(Object.fromEntries(Object.entries(files).map(([name, data]) => [name, Buffer.from(data).toString("base64")]))));
