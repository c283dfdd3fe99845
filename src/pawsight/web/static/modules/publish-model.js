// Publish a model that was trained in this browser: log in where nobody is, and send the model folder as a ZIP.

import { packFolder } from "./train-result.js";
import { _ } from "./i18n.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("publish"));
const label = form?.querySelector("label");
const password = /** @type {HTMLInputElement} */ (form?.querySelector("[name=password]"));

/** @param {string} words @param {string} [address] of a page to go on to */
function tell(words, address) {
  const says = document.getElementById("publish-says");
  says.textContent = words;
  if (address) says.append(" ", Object.assign(document.createElement("a"), { href: address, textContent: _("See its page") }));
}

/** The token that an admin page carries; null where it is the log-in page. @param {Response} page */
async function tokenOf(page) {
  const field = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[name=csrf]");
  return /** @type {HTMLInputElement | null} */ (field)?.value ?? null;
}

/** Ask for the password, or check it. @returns {Promise<string | null>} a token; null where there is no login yet */
async function token() {
  const { page, login } = form.dataset;
  if (label.hidden) {
    const found = await tokenOf(await fetch(page));
    if (found) return found;
    label.hidden = false;
    tell(_("Log in to publish it."));
  } else {
    const reply = await fetch(login, { method: "POST", body: new URLSearchParams({ password: password.value, next: page }) });
    const found = reply.ok ? await tokenOf(reply) : null;
    if (found) {
      label.hidden = true;
      return found;
    }
    tell(reply.status === 429 ? _("Too many wrong passwords came from here. Wait some minutes.") : _("This is not the password."));
  }
  password.value = "";
  password.focus();
  return null;
}

/** @param {string} name @param {Object<string, Uint8Array>} files */
async function publish(name, files) {
  const csrf = await token();
  if (!csrf) return;
  tell(_("Sending …"));
  const body = new FormData();
  body.append("csrf", csrf);
  body.append("model", await packFolder(name, files), `${name}.zip`);
  const reply = await fetch(form.dataset.publish, { method: "POST", body, headers: { Accept: "application/json" } });
  const said = await reply.json();
  if (reply.ok) tell(_("Published: visitors can choose {name}.", { name: said.name }), said.page);
  else tell(_("Not published. {reason}", { reason: said.error }));
}

/** Let the form publish this model from now on. @param {string} name @param {Object<string, Uint8Array>} files */
export function letPublish(name, files) {
  if (!form) return;
  const button = form.querySelector("button");
  form.onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    await publish(name, files).catch(() => tell(_("Not published. {reason}", { reason: _("The server did not answer.") })));
    button.disabled = false;
  };
}
