import { parentPort } from 'node:worker_threads';

import { loadModel } from './model.mjs';

const embed = await loadModel();

parentPort.on('message', async (texts) => {
  await embed(texts, (indexes, vectors) => {
    parentPort.postMessage({ indexes, vectors }, [vectors.buffer]);
  });
  parentPort.postMessage({ done: true });
});
