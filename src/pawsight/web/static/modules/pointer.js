// Selecting in a gallery with mouse and finger. A mouse click selects, with Shift as far as there, a drag draws a frame
// around photos, a double click opens. A finger opens; it selects by a long press, and, once some are selected, by a tap.

import { keyOf } from "./gallery.js";

const FAR = 8;  // pixels from which on it is a drag
const LONG = 450;  // milliseconds of a long press
const EDGE = 60;  // pixels from the window's edge in which a drag scrolls

/** @param {import("./gallery.js").Gallery} gallery @param {(key: any) => void} open */
export function listenToPointer(gallery, open) {
  let touch = false;
  let pressed = 0;
  let suppressed = false;  // the click that ends a drag or a long press

  gallery.container.addEventListener("pointerdown", (event) => {
    touch = event.pointerType === "touch";
    suppressed = false;
    const key = keyOf(event.target);
    if (touch && key !== null) {
      pressed = setTimeout(() => { suppressed = true; gallery.selection.toggle(key); navigator.vibrate?.(10); }, LONG);
    }
    if (event.pointerType === "mouse" && event.button === 0) drag(gallery, event, () => { suppressed = true; });
  });
  for (const end of ["pointerup", "pointercancel", "pointermove"]) {
    gallery.container.addEventListener(end, (event) => { if (end !== "pointermove" || Math.hypot(event.movementX, event.movementY) > 3) clearTimeout(pressed); });
  }
  gallery.container.addEventListener("contextmenu", (event) => { if (touch) event.preventDefault(); });
  gallery.container.addEventListener("click", (event) => {
    const key = keyOf(event.target);
    if (suppressed || key === null) return;
    if (event.target.closest("[data-part=open]") || (touch && !gallery.selection.size && !event.target.closest("[data-part=check]"))) open(key);
    else if (event.shiftKey) gallery.selection.extend(gallery.order, gallery.current, key);
    else gallery.selection.toggle(key);
  });
  gallery.container.addEventListener("dblclick", ({ target }) => {
    if (touch || keyOf(target) === null || target.closest("[data-part=open]")) return;
    gallery.selection.clear();
    open(keyOf(target));
  });
}

/** Draw a frame from where the mouse is pressed to where it is released, and select what is in it. */
function drag(gallery, { clientX, pageY, ctrlKey, metaKey }, began) {
  const before = ctrlKey || metaKey ? gallery.selection.keys : [];
  let frame = null;
  const move = (event) => {
    if (!frame && Math.hypot(event.clientX - clientX, event.pageY - pageY) < FAR) return;
    if (!frame) {
      began();
      frame = document.body.appendChild(Object.assign(document.createElement("div"), { className: "drag-frame" }));
    }
    const top = pageY - scrollY;
    const area = new DOMRect(Math.min(clientX, event.clientX), Math.min(top, event.clientY), Math.abs(event.clientX - clientX), Math.abs(event.clientY - top));
    Object.assign(frame.style, { left: `${area.x}px`, top: `${area.y}px`, width: `${area.width}px`, height: `${area.height}px` });
    gallery.selection.clear();
    gallery.selection.add([...before, ...gallery.within(area)]);
    if (event.clientY < EDGE) scrollBy(0, -EDGE / 3);
    if (event.clientY > innerHeight - EDGE) scrollBy(0, EDGE / 3);
  };
  const end = () => {
    frame?.remove();
    removeEventListener("pointermove", move);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end, { once: true });
}
