import { createHash } from 'node:crypto';

import { median } from './measure.mjs';
import { DemoError } from './places.mjs';

/** Calls before measuring, so that the runtime has compiled with its optimiser. */
const WARM_UP_CALLS = 100;

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

function scoreBitsOf(score) {
  floats[0] = score;
  return bits[0];
}

function ask(store, queries, options, repeat) {
  for (let call = 0; call < Math.min(repeat, WARM_UP_CALLS); call += 1) {
    store.search(queries[call % queries.length], options);
  }
  const medians = [];
  const hits = queries.map((query) => {
    const times = [];
    let result;
    for (let call = 0; call < repeat; call += 1) {
      const start = performance.now();
      result = store.search(query, options);
      times.push(1000 * (performance.now() - start));
    }
    medians.push(median(times));
    return result.hits.map(({ id, score }) => ({ id, score, scoreBits: scoreBitsOf(score) }));
  });
  return { hits, microseconds: median(medians) };
}

/** Loads the engine and opens the snapshot in it; what damask refuses becomes a DemoError. */
async function openInWasm({ damask, target, source, snapshot }) {
  try {
    const engine = await damask.loadDamask({ target, source });
    return { engine, store: engine.openStore(snapshot) };
  } catch (error) {
    if (!(error instanceof damask.DamaskError)) throw error;
    throw new DemoError(`${source}: ${error.message}`);
  }
}

/**
 * Opens a snapshot in a WebAssembly engine and asks the questions there. `damask` is the package's
 * module. Also returns the patterns behind the hits, by id.
 */
export async function askInWasm({ damask, target, source, snapshot, queries, k, repeat }) {
  const { engine, store } = await openInWasm({ damask, target, source, snapshot });
  try {
    const graph = ask(store, queries, { k }, repeat.graph);
    const exact = ask(store, queries, { k, exact: true }, repeat.exact);
    const ids = graph.hits.flatMap((hits) => hits.map(({ id }) => id));
    return {
      name: `wasm ${target}`,
      instructionSet: engine.info().instructionSet,
      answers: { graph: graph.hits, exact: exact.hits },
      microseconds: { graph: graph.microseconds, exact: exact.microseconds },
      sha256: createHash('sha256').update(store.save()).digest('hex'),
      patterns: new Map(ids.map((id) => [id, store.get(id)])),
    };
  } finally {
    store.dispose();
  }
}
