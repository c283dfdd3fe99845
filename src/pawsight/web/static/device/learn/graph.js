// Take the head off an ONNX graph and put another one on: `pawsight.learn.graph`, which draws what comes out.

import { bytesField, fields, join, numberField, numbers, texts } from "./protobuf.js";

// numbers of fields in onnx.proto
const MODEL = { graph: 7, metadata: 14 };
const GRAPH = { node: 1, initializer: 5, output: 12, valueInfo: 13 };
const NODE = { input: 1, output: 2, name: 3, type: 4, attribute: 5 };
const TENSOR = { dims: 1, type: 2, ints: 7, name: 8, raw: 9 };
const [FLOAT, INT64, INTS] = [1, 7, 7];
const RESHAPING = ["Squeeze", "Reshape", "Flatten", "Identity"];

/**
 * @param {Uint8Array} file the base model's graph
 * @param {import("./head.js").Head} head
 * @returns {Uint8Array} a graph with the same `pixels` and `features`, and new `scores` and `maps`
 */
export function replaceHead(file, head) {
  const model = fields(file);
  const graph = fields(model.find(({ field }) => field === MODEL.graph).bytes);
  const nodes = graph.filter(({ field }) => field === GRAPH.node).map(readNode);
  const places = pooled(nodes, graph);
  const kept = needed(nodes, ["features", places.name]);
  const used = new Set(kept.flatMap(({ inputs }) => inputs));
  const constants = constantsOf(head);
  const parts = [
    ...kept.map(({ raw }) => raw),
    ...headNodes(places, head.exclusive).map((node) => bytesField(GRAPH.node, node)),
    ...graph.filter(({ field, bytes }) => field === GRAPH.initializer && used.has(texts(fields(bytes), TENSOR.name)[0])).map(({ raw }) => raw),
    ...constants.map((tensor) => bytesField(GRAPH.initializer, tensor)),
    ...graph.filter(({ field, bytes }) => field === GRAPH.output && texts(fields(bytes), 1)[0] === "features").map(({ raw }) => raw),
    bytesField(GRAPH.output, valueInfo("maps", ["N", "h", "w", head.ceiling.length])),
    bytesField(GRAPH.output, valueInfo("scores", ["N", head.ceiling.length])),
    ...graph.filter(({ field }) => !Object.values(GRAPH).includes(field)).map(({ raw }) => raw),
  ];
  const others = model.filter(({ field }) => ![MODEL.graph, MODEL.metadata].includes(field)).map(({ raw }) => raw);
  return join([...others, bytesField(MODEL.graph, parts)]);
}

function readNode({ bytes, raw }) {
  const all = fields(bytes);
  return { raw, all, inputs: texts(all, NODE.input), outputs: texts(all, NODE.output), type: texts(all, NODE.type)[0] };
}

/** The nodes that lead to some tensors, in their order. */
function needed(nodes, names) {
  const wanted = new Set(names);
  const kept = nodes.toReversed().filter(({ inputs, outputs }) => {
    const is = outputs.some((name) => wanted.has(name));
    if (is) inputs.forEach((name) => wanted.add(name));
    return is;
  });
  return kept.reverse();
}

/** The tensor whose mean over places is `features`, and whether its channels come before its places. */
function pooled(nodes, graph) {
  const maker = (name) => nodes.find(({ outputs }) => outputs.includes(name));
  let node = maker("features");
  while (node && RESHAPING.includes(node.type)) node = maker(node.inputs[0]);
  if (node?.type === "GlobalAveragePool") return { name: node.inputs[0], channelsFirst: true };
  const axes = node?.type === "ReduceMean" ? axesOf(node, graph).sort().join() : "";
  if (axes === "1,2" || axes === "2,3") return { name: node.inputs[0], channelsFirst: axes === "2,3" };
  throw new Error("The features of this model are not the mean over places of its last maps.");
}

/** Over which axes of four a node takes the mean: an attribute in older graphs, an input in newer ones. */
function axesOf(node, graph) {
  const own = node.all.filter(({ field }) => field === NODE.attribute).map(({ bytes }) => fields(bytes))
    .filter((one) => texts(one, 1)[0] === "axes").flatMap((one) => numbers(one, 8));
  const given = graph.filter(({ field }) => field === GRAPH.initializer).map(({ bytes }) => fields(bytes))
    .filter((one) => node.inputs[1] && texts(one, TENSOR.name)[0] === node.inputs[1]).flatMap(int64s);
  return [...own, ...given].map((axis) => (axis + 4) % 4);
}

function int64s(tensor) {
  const raw = tensor.find(({ field }) => field === TENSOR.raw)?.bytes;
  return raw ? Array.from(new BigInt64Array(raw.slice().buffer), Number) : numbers(tensor, TENSOR.ints);
}

/** From places and pooled features to scores and maps. */
function headNodes({ name, channelsFirst }, exclusive) {
  const places = channelsFirst ? "learn/places" : name;
  return [
    ...(channelsFirst ? [node("Transpose", [name], "learn/places", [0, 2, 3, 1])] : []),
    node("Mul", ["features", "features"], "learn/squares"),
    node("MatMul", ["learn/squares", "learn/ones"], "learn/sum"),
    node("Sqrt", ["learn/sum"], "learn/root"),
    node("Max", ["learn/root", "learn/tiny"], "learn/length"),
    node("Div", ["features", "learn/length"], "learn/unit"),
    node("Gemm", ["learn/unit", "learn/weights", "learn/bias"], "learn/logits"),
    node(exclusive ? "Softmax" : "Sigmoid", ["learn/logits"], "learn/shares"),
    node("MatMul", ["learn/shares", "learn/classes"], "learn/known"),
    node("Min", ["learn/known", "learn/ceiling"], "scores"),
    node("MatMul", [places, "learn/kernel"], "learn/evidence"),
    node("Reshape", ["learn/length", "learn/shape"], "learn/lengths"),
    node("Div", ["learn/evidence", "learn/lengths"], "learn/scaled"),
    node("Add", ["learn/scaled", "learn/offset"], "maps"),
  ];
}

function node(type, inputs, output, perm = null) {
  const attribute = perm && [bytesField(1, "perm"), ...perm.map((one) => numberField(8, one)), numberField(20, INTS)];
  return [
    ...inputs.map((name) => bytesField(NODE.input, name)), bytesField(NODE.output, output),
    bytesField(NODE.name, output), bytesField(NODE.type, type), ...(attribute ? [bytesField(NODE.attribute, attribute)] : []),
  ];
}

function constantsOf({ columns, ceiling }) {
  const [count, classes, rows] = [columns.length, ceiling.length, columns[0].length - 1];
  const bias = columns.map((column) => column[rows]);
  const weights = Array.from({ length: rows * count }, (_, at) => columns[at % count][Math.floor(at / count)]);
  const identity = Array.from({ length: count * classes }, (_, at) => (at % classes === Math.floor(at / classes) ? 1 : 0));
  return [
    tensor("weights", [rows, count], weights),
    tensor("bias", [count], bias),
    tensor("kernel", [rows, classes], weights.filter((_, at) => at % count < classes)),
    tensor("offset", [classes], bias.slice(0, classes)),
    tensor("classes", [count, classes], identity),
    tensor("ceiling", [classes], ceiling),
    tensor("ones", [rows, 1], new Float32Array(rows).fill(1)),
    tensor("tiny", [1], [1e-12]),
    tensor("shape", [4], [-1, 1, 1, 1], INT64),
  ];
}

function tensor(name, dims, values, type = FLOAT) {
  const data = type === INT64 ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
  return [
    ...dims.map((one) => numberField(TENSOR.dims, one)), numberField(TENSOR.type, type), bytesField(TENSOR.name, `learn/${name}`),
    bytesField(TENSOR.raw, new Uint8Array(data.buffer)),
  ];
}

function valueInfo(name, dims) {
  const shape = dims.map((one) => bytesField(1, [typeof one === "string" ? bytesField(2, one) : numberField(1, one)]));
  return [bytesField(1, name), bytesField(2, [bytesField(1, [numberField(1, FLOAT), bytesField(2, shape)])])];
}
