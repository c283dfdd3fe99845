// What a class may be called: its name becomes a folder, a cell of a table and a label (`pawsight.model.class_names`).

const RESERVED = ["both", "unsure", "please-check"];
const NO_FOLDER = /[<>:"/\\|?*\p{Cc}\p{Cf}]|^\.|\.$/u;
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?$/i;
const FORMULA = /^[=+\-@]/;

/** Whether all names can be used next to each other. @param {string[]} names */
export function areUsable(names) {
  const keys = names.map((name) => name.toLowerCase());
  return new Set(keys).size === names.length
    && keys.every((key) => key && !RESERVED.includes(key) && ![NO_FOLDER, DEVICE, FORMULA].some((one) => one.test(key)));
}
