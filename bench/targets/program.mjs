// What every target does, in any runtime: opens the snapshot on one backend, asks every query, and says
// how long that took and what was found. Imports nothing of any runtime.

/**
 * Queries whose time is taken together: browsers have clocks too coarse for one. 20 of them take longer
 * than a page's clock needs to tick, on any target.
 */
const BLOCK = 20;

const bytesOf = (text) => new TextEncoder().encode(text);
const hex = (buffer) =>
  Array.from(new Uint8Array(buffer), (it) => it.toString(16).padStart(2, '0')).join('');

async function passOver(store, queries, options) {
  const blocks = [];
  const began = performance.now();
  for (let from = 0; from + BLOCK <= queries.length; from += BLOCK) {
    const start = performance.now();
    for (let i = from; i < from + BLOCK; ++i) await store.searchSimilar(queries[i], options);
    blocks.push(((performance.now() - start) * 1000) / BLOCK);
  }
  const searched = blocks.length * BLOCK;
  return { blocks, usPerSearch: ((performance.now() - began) * 1000) / searched };
}

const median = (values) => [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];

/**
 * @param queries rows of floats, one after the other
 * @param settings `backend`, `dimension`, `ef`, `k`, `passes`
 */
export async function measure(damask, snapshot, queries, settings) {
  const { backend, dimension, ef, k, passes } = settings;
  const rows = Array.from({ length: queries.length / dimension }, (_, i) =>
    queries.subarray(i * dimension, (i + 1) * dimension),
  );
  const opening = performance.now();
  const store = await damask.fromSnapshot(snapshot, {
    ...{ preferredBackend: backend, fallback: false, configFile: false, env: {} },
    enableMetrics: false,
  });
  const openMs = performance.now() - opening;
  const options = { k, ef };
  // The first pass is not timed: engines compile what is used often, and answers are taken from it.
  const answers = [];
  for (const row of rows)
    answers.push(
      (await store.searchSimilar(row, options)).map(({ pattern, score }) => [pattern.id, score]),
    );
  const timed = [];
  for (let i = 0; i < passes; ++i) timed.push(await passOver(store, rows, options));
  const { type, instructionSet } = store.getImplementationInfo();
  await store.shutdown();
  return {
    ...{ backend: type, instructionSet, openMs },
    sha256: hex(await crypto.subtle.digest('SHA-256', bytesOf(JSON.stringify(answers)))),
    ids: answers.map((hits) => hits.map(([id]) => Number(id))),
    p50Us: median(timed.flatMap(({ blocks }) => blocks)),
    usPerSearch: median(timed.map(({ usPerSearch }) => usPerSearch)),
  };
}
