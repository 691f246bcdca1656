import './page.mjs';

window.pageWorker = () =>
  new Worker(new URL('./bundled_worker.mjs', import.meta.url), { type: 'module' });
