// The page: photos in, answers out. Nothing leaves the browser.
const [status, form, answers, lines] = ["status", "photos", "answers", "lines"].map((id) => document.getElementById(id));
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

try {
  const { Model } = await importAll("./model.js");  // here, so that a file that cannot be loaded is said on the page
  const model = await Model.load(new URLSearchParams(location.search).get("model") ?? document.body.dataset.model);
  status.textContent = `${model.name} is ready. It knows ${model.card.classes.join(" and ")}.`;
  form.disabled = false;
  form.addEventListener("change", () => answerAll(model, [...form.files]));
} catch (error) {
  window.sayWhatFailed(error.message);
}
document.body.dataset.ready = "yes";

/** Import a module; where it does not load, throw an error that names the file at fault, which may be one that it imports. */
async function importAll(address) {
  try {
    return await import(address);
  } catch (error) {
    throw new Error(await faultOf(new URL(address, import.meta.url)) ?? error.message, { cause: error });
  }
}

/** Say what keeps a module from loading: browsers name only the module that was asked for, so its imports are fetched in turn. */
async function faultOf(address, seen = new Set()) {
  if (seen.has(address.href)) return null;
  seen.add(address.href);
  const name = decodeURI(address.pathname.slice(new URL(".", import.meta.url).pathname.length));
  const response = await fetch(address).catch(() => null);
  if (!response) return `The server does not send ${name}.`;
  if (!response.ok) return `${name} cannot be read (status ${response.status}).`;
  if (!/(java|ecma)script/i.test(response.headers.get("content-type") ?? "")) return `The server does not send ${name} as JavaScript.`;
  for (const [, next] of (await response.text()).matchAll(/\b(?:from|import)\s*["'](\.[^"']+)["']/g)) {
    const fault = await faultOf(new URL(next, address), seen);
    if (fault) return fault;
  }
  return null;
}

async function answerAll(model, files) {
  answers.replaceChildren();
  lines.textContent = "";
  document.body.dataset.done = "no";
  for (const file of files) show(file, await answerOne(model, file), model.card.classes);
  status.textContent = `${files.length} photo${files.length === 1 ? "" : "s"} answered by ${model.name}, on this device.`;
  document.body.dataset.done = "yes";
}

async function answerOne(model, file) {
  try {
    return await model.answer(file);
  } catch (reason) {
    const tooLarge = reason instanceof RangeError;
    const message = tooLarge ? reason.message : "This browser cannot decode the file.";
    const error = { code: tooLarge ? "image_too_large" : "broken_image", message };
    return { path: file.name, label: null, verdict: null, scores: null, model: null, error };
  }
}

function show(file, answer, classes) {
  lines.append(`${JSON.stringify(answer)}\n`);
  const item = document.getElementById("answer").content.firstElementChild.cloneNode(true);
  const [image, title, list] = ["img", "strong", "dl"].map((name) => item.querySelector(name));
  image.src = answer.error ? "" : URL.createObjectURL(file);
  image.alt = "";
  image.hidden = Boolean(answer.error);
  title.textContent = `${answer.path}: ${answer.error ? answer.error.message : answer.verdict}`;
  for (const name of answer.scores ? classes : []) {
    const score = answer.scores[name];
    const [term, value, bar] = ["dt", "dd", "meter"].map((kind) => document.createElement(kind));
    [term.textContent, bar.value] = [name, score];
    bar.setAttribute("aria-label", name);
    value.append(bar, ` ${percent.format(score)}`);
    list.append(term, value);
  }
  answers.append(item);
}
