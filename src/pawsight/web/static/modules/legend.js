// What the heat map of a photo that was classified on this device shows, in a sentence: `legend` of `pawsight.web.ui.phrases`.

import { _, percent } from "./i18n.js";

/**
 * @param {any} answer with `maps` and `scores`
 * @param {string} name of the class
 * @param {string} thing the class as a thing: `a cat`
 * @param {number} absent up to which score a class counts as not there
 * @returns {{ text: string, bright: boolean }} the sentence, and whether any place is bright
 */
export function legend({ maps: { classes, evidence }, scores }, name, thing, absent) {
  const bright = evidence.some((one, at) => classes[at % classes.length] === name && one > 0);
  if (!bright) return { text: _("Nothing here speaks for {thing}.", { thing }), bright };
  if (scores[name] > absent) return { text: _("Bright where it speaks for {thing}.", { thing }), bright };
  return { text: _("Little speaks for {thing} ({share} in all); bright is where most of it is.", { thing, share: percent(scores[name]) }), bright };
}
