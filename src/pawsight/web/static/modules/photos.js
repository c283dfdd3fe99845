// A visitor's own photos: the cards work as on the front page.

import { listen } from "./cards.js";

const [answers, status] = ["answers", "status"].map((id) => document.getElementById(id));

if (answers) {
  listen(answers, (words) => { status.textContent = words; }, () => {
    if (answers.children.length) answers.querySelector("button").focus();
    else location.reload();  // the server knows what comes next
  });
}
