// What a list needs to go on after the page was left: its rows, and the photos themselves. All of it stays in this
// browser's own database.

const STORES = { sources: { autoIncrement: true }, items: { keyPath: "key" } };

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

function open() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open("pawsight", 1);
    request.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES)) request.result.createObjectStore(name, options);
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  return opened;
}

/** Run one transaction; what `work` asked for last is what comes back, once it is all written. */
async function transact(stores, mode, work) {
  const transaction = (await open()).transaction(stores, mode);
  const request = work(...stores.map((name) => transaction.objectStore(name)));
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done(request?.result);
    transaction.onabort = () => fail(transaction.error);
  });
}

/** Keep a file. @param {Blob} file @returns {Promise<number>} its number */
export function keepSource(file) {
  return transact(["sources"], "readwrite", (sources) => sources.add(file));
}

/** A file that was kept. @param {number} number @returns {Promise<Blob>} */
export function source(number) {
  return transact(["sources"], "readonly", (sources) => sources.get(number));
}

/** Keep rows as they are now; where no files are kept, as in private windows of Safari, without their pictures. @param {object[]} items */
export async function keep(items) {
  const put = (rows) => transact(["items"], "readwrite", (store) => { for (const row of rows) store.put(row); });
  const bare = (item) => (item.thumb instanceof Blob ? { ...item, thumb: null } : item);
  return put(items).catch(() => put(items.map(bare)));
}

/** All rows that are kept. @returns {Promise<object[]>} */
export function kept() {
  return transact(["items"], "readonly", (store) => store.getAll());
}

/** Delete rows. @param {number[]} keys */
export function remove(keys) {
  return transact(["items"], "readwrite", (store) => { for (const key of keys) store.delete(key); });
}

/** Delete all of it. */
export function clear() {
  return transact(["items", "sources"], "readwrite", (items, sources) => { items.clear(); sources.clear(); });
}
