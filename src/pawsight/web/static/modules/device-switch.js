// Whether photos are classified on this device: on a server's page a switch, on a static site always. It is apart from
// what classifies, which is fetched only where it is wanted: a photo must never wait for a script that does not load.

const KEPT = "pawsight-device";

/** The switch; null where this server does not offer it. @type {HTMLInputElement | null} */
export const control = document.getElementById("on-device");
const only = control?.type === "hidden";  // a static site has no server that could classify

/** What classifies here cannot be loaded, which another try may mend; its message is for people. */
export class NoModel extends Error {}

/** Whether photos are classified here. */
export function isOn() {
  return only || (control?.checked ?? false);
}

if (control && !only) {
  control.addEventListener("change", () => localStorage.setItem(KEPT, control.checked ? "yes" : ""));
  if (localStorage.getItem(KEPT)) control.checked = true;
}
