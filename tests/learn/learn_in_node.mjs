// Learn as the browser does: photos on standard input, what was learned on standard output.
import { text } from "node:stream/consumers";

const own = (name) => import(new URL(`../../src/pawsight/web/static/device/learn/${name}.js`, import.meta.url).href);
const [{ learn }, { logits, toScores, unit }, { makePlan }, { photosToAdd }] = await Promise.all(["selection", "head", "folds", "projection"].map(own));

const given = JSON.parse(await text(process.stdin));
const found = learn({ ...given, rows: given.rows.map(unit), outliers: given.outliers.map(unit) }, () => {});
const scores = toScores(logits(found.head, given.asked.map((row) => Float64Array.of(...unit(row), 1))), found.head.ceiling, found.head.exclusive);
const columns = found.head.columns.map((column) => Array.from(column));
console.log(JSON.stringify({ ...found, head: columns, scores, plan: makePlan(given.labels, given.groups), toAdd: photosToAdd(given.missed, given.seen) }));
