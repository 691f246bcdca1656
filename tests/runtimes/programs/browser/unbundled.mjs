import './page.mjs';

window.pageWorker = () =>
  new Worker(new URL('./unbundled_worker.mjs', import.meta.url), { type: 'module' });
