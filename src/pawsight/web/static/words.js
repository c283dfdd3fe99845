// Texts for scripts in the page's language. Their English stands where they are used; the server puts the others here.
"use strict";

const words = JSON.parse(document.currentScript.dataset.words);

function _(text, values = {}) {
  return (words[text] ?? text).replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}
