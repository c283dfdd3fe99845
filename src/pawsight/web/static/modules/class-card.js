// One class to train: its name and its photos, chosen, dropped, or taken while a button is held.

import { _, number } from "./i18n.js";
import { ENOUGH } from "./train-result.js";

const NONE = ["neither", "other"];  // names of what is none of the classes

export class ClassCard {
  busy = 0;
  failed = 0;
  photos = [];

  /**
   * @param {HTMLTemplateElement} template
   * @param {string} name
   * @param {object} calls
   * @param {(photo: Blob) => Promise<any>} calls.study what is learned from a photo
   * @param {() => Promise<Blob | null>} calls.shoot a frame of the camera
   * @param {() => void} calls.changed
   * @param {() => void} calls.removed
   */
  constructor(template, name, calls) {
    /** @type {any} */
    this.element = template.content.firstElementChild.cloneNode(true);
    this.calls = calls;
    this.field = this.element.querySelector("input");
    this.field.value = name;
    this.hold = this.element.querySelector(".hold");
    this.#listen();
    this.#listenToHold();
    this.#count();
  }

  get name() {
    const name = this.field.value.trim().normalize();
    return NONE.includes(name.toLowerCase()) ? "neither" : name;
  }

  get count() {
    return this.photos.length;
  }

  /** Say how many photos to add; nothing where that is not known (any more). @param {string} [words] */
  foresee(words = "") {
    const line = this.element.querySelector(".forecast");
    [line.textContent, line.hidden] = [words, !words];
  }

  focus() {
    this.field.select();
  }

  allowCamera(allowed) {
    this.hold.hidden = !allowed;
  }

  /** @param {Iterable<Blob>} files */
  async add(files) {
    const list = Array.from(files);
    this.busy += list.length;
    this.failed = 0;
    this.#count();
    for (const file of list) {
      await this.calls.study(file).then((studied) => this.#show(file, studied), () => { this.failed += 1; });
      this.busy -= 1;
      this.#count();
    }
  }

  #show(file, studied) {
    const words = _("Remove photo {number}", { number: number(this.count + 1) });
    const button = Object.assign(document.createElement("button"), { type: "button", title: words, ariaLabel: words });
    const image = Object.assign(document.createElement("img"), { alt: "", src: URL.createObjectURL(file) });
    button.append(image);
    button.addEventListener("click", () => {
      const next = button.nextElementSibling ?? button.previousElementSibling;
      this.photos = this.photos.filter((one) => one !== studied);
      URL.revokeObjectURL(image.src);
      button.remove();
      (next instanceof HTMLElement ? next : this.field).focus();
      this.#count();
    });
    this.element.querySelector(".shots").append(button);
    this.photos.push(studied);
  }

  #count() {
    this.element.querySelector(".count").textContent = [
      _("Photos: {count}", { count: number(this.count) }),
      this.busy && _("{count} to read", { count: number(this.busy) }),
      this.failed && _("{count} cannot be read", { count: number(this.failed) }),
      !this.busy && this.count < ENOUGH && _("at least {enough} are better", { enough: ENOUGH }),
    ].filter(Boolean).join(" · ");
    this.calls.changed();
  }

  #listen() {
    const files = this.element.querySelector("[type=file]");
    files.addEventListener("change", () => {
      this.add(files.files);
      files.value = "";
    });
    this.field.addEventListener("input", () => this.calls.changed());
    this.element.querySelector(".remove").addEventListener("click", () => {
      this.element.remove();
      this.calls.removed();
    });
    this.element.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.element.classList.add("over");
    });
    this.element.addEventListener("dragleave", () => this.element.classList.remove("over"));
    this.element.addEventListener("drop", (event) => {
      event.preventDefault();
      this.element.classList.remove("over");
      this.add(event.dataTransfer.files);
    });
  }

  /** Take photos as long as the button, Space or Enter is held. */
  #listenToHold() {
    let held = false;
    const start = async () => {
      if (held) return;
      for (held = true; held;) {
        const shot = await this.calls.shoot();
        if (shot && held) await this.add([shot]);
      }
    };
    const stop = () => { held = false; };
    this.hold.addEventListener("pointerdown", start);
    for (const kind of ["pointerup", "pointercancel", "pointerleave", "keyup", "blur"]) this.hold.addEventListener(kind, stop);
    this.hold.addEventListener("keydown", ({ key }) => { if (key === " " || key === "Enter") start(); });
  }
}
