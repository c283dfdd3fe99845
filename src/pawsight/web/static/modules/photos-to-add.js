// How many more photos of a class may help, in words: `pawsight.learn.report`.

import { _, number } from "./i18n.js";

const MOST = 10_000;  // photos of a class that anybody would collect

/** @param {{ middle: number, low: number, high: number } | null} more until 19 of 20 are found; null where they are already */
export function photosToAdd(more) {
  if (!more) return _("none");
  if (more.low > MOST) return _("more photos alone will not be enough");
  if (more.middle > MOST) return _("at least {count}, and perhaps no number is enough", { count: rounded(more.low) });
  if (more.high > MOST) return _("about {count}, but it may take many more", { count: rounded(more.middle) });
  return _("about {count} ({low} to {high})", { count: rounded(more.middle), low: rounded(more.low), high: rounded(more.high) });
}

/** To one digit that counts: the rest would be made up. @param {number} count */
function rounded(count) {
  return number(Number(count.toPrecision(1)) < 1 ? 0 : Number(count.toPrecision(1)));
}
