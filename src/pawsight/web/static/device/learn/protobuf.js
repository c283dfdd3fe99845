// Protocol Buffers' wire format, as far as ONNX graphs use it (protobuf.dev/programming-guides/encoding).

const [VARINT, BITS64, BYTES, BITS32] = [0, 1, 2, 5];

/** @typedef {{ field: number, wire: number, bytes: Uint8Array, raw: Uint8Array }} Field `raw` is all of it, with its tag */

/** The fields of a message, in their order. @param {Uint8Array} message @returns {Field[]} */
export function fields(message) {
  const found = [];
  for (let at = 0; at < message.length;) {
    const [tag, start] = varint(message, at);
    const wire = tag & 7;
    const [from, to] = extent(message, wire, start);
    found.push({ field: tag >>> 3, wire, bytes: message.subarray(from, to), raw: message.subarray(at, to) });
    at = to;
  }
  return found;
}

/** From where to where the content of a field goes. */
function extent(message, wire, start) {
  const [value, after] = wire === VARINT || wire === BYTES ? varint(message, start) : [0, start];
  if (wire === VARINT) return [start, after];
  return [after, after + (wire === BYTES ? value : { [BITS64]: 8, [BITS32]: 4 }[wire])];
}

/** The texts of a repeated field. @param {Field[]} all @param {number} field @returns {string[]} */
export function texts(all, field) {
  return all.filter((one) => one.field === field).map(({ bytes }) => new TextDecoder().decode(bytes));
}

/** The whole numbers of a repeated field, packed or not. @param {Field[]} all @param {number} field @returns {number[]} */
export function numbers(all, field) {
  return all.filter((one) => one.field === field).flatMap(({ bytes }) => {
    const found = [];
    for (let at = 0; at < bytes.length;) {
      const [value, next] = varint(bytes, at);
      found.push(value);
      at = next;
    }
    return found;
  });
}

/** A number and the place behind it; negative ones, of ten bytes, come out as 64-bit two's complement does. */
function varint(bytes, at) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n, at += 1) {
    value |= BigInt(bytes[at] & 0x7f) << shift;
    if (bytes[at] < 0x80) return [Number(BigInt.asIntN(64, value)), at + 1];
  }
}

/** A field with bytes, a text, or a message made of parts. @param {number} field @param {Uint8Array | string | Uint8Array[]} content */
export function bytesField(field, content) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : Array.isArray(content) ? join(content) : content;
  return join([written((field << 3) | BYTES), written(bytes.length), bytes]);
}

/** A field with a whole number. @param {number} field @param {number} value */
export function numberField(field, value) {
  return join([written((field << 3) | VARINT), written(value)]);
}

/** @param {Uint8Array[]} parts */
export function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function written(value) {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 0x80n) return Uint8Array.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}
