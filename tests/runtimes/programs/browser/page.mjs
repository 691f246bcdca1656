// In a page: window.rows(NAME) replays in the page itself, in a worker of the page's own (whose file
// window.pageWorker makes), and in damask's own worker.
import * as damask from 'damask';
import { report, reportInWorker } from '../report.mjs';
import { keep } from '../storage.mjs';

const BACKENDS = ['wasm-simd', 'wasm-scalar'];

function inPageWorker() {
  const worker = window.pageWorker();
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`the page's worker failed: ${message}`));
    worker.postMessage(BACKENDS);
  }).finally(() => worker.terminate());
}

/** Keeps a store in this page and then in damask's worker; both find what the other left. */
window.kept = async (preferredBackend, where) => {
  if (where === 'indexeddb') delete FileSystemFileHandle.prototype.createWritable;
  const config = { preferredBackend, storagePath: `${where}-${preferredBackend}` };
  const inPage = await keep(damask, 'page', config);
  if (where === 'indexeddb') return [inPage];
  return [inPage, await keep(damask, 'worker', { ...config, worker: true })];
};

/** One store of this page at a time, for two pages to have the same one. */
let store;
const codeOf = ({ code, message }) => ({ code, message });
const damaskConfig = (config) => ({ dimension: 4, fallback: false, ...config });
window.openStore = async (config) => {
  if (config.indexedDb) delete FileSystemFileHandle.prototype.createWritable;
  const { indexedDb, ...rest } = config;
  try {
    store = await damask.openPatternStore(damaskConfig(rest));
    return { info: store.getImplementationInfo() };
  } catch (error) {
    return codeOf(error);
  }
};
window.askStore = (method, ...args) => store[method](...args).catch(codeOf);
window.idsInStore = async () => {
  const ids = [];
  for await (const { id } of store.patterns()) ids.push(id);
  return ids;
};

window.rows = async (name) => {
  if (name === 'page') return report(damask, BACKENDS);
  if (name === 'page worker') return inPageWorker();
  return Promise.all(BACKENDS.map((it) => reportInWorker(damask, it)));
};
