// What a selector or an event finds has no type that can be known here: tests in a browser cover it. Everything else is
// checked. Packages that are fetched when the wheel is built have no types either.
interface Document {
  getElementById(id: string): any;
}
interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): any;
}
interface Element {
  closest(selectors: string): any;
}
interface EventTarget {
  closest?: any;
  matches?: any;
  value?: any;
  files?: any;
}
declare module "*/vendor/sha3.js";
declare module "*/vendor/ort.wasm.min.js";
declare var zip: any;  // zip.js, where `modules/zip.js` has loaded it
