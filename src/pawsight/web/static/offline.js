// Where the browser allows it (https, or this very machine), a page stands in while the server cannot be reached.
"use strict";

navigator.serviceWorker?.register("/worker.js").catch(() => {});
