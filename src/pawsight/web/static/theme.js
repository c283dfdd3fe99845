// Bootstrap reads its colours from this attribute; style sheets alone cannot set it. In a file of its own, because it
// must run before anything is painted.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => { document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light"; };
dark.addEventListener("change", paint);
paint();
