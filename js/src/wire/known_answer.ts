import type { Engine } from '../engine.js';
import { LoadError } from '../errors.js';
import type { Store } from '../store.js';
import type { SearchPlan } from '../types.js';

/*
 * A store small enough to build in milliseconds, and large enough that the query walks the graph, of
 * which some patterns are not yet a part.
 * 37 components leave a remainder at every width of a SIMD register; each is a multiple of 1/32,
 * which a float32 holds exactly. Every build gives the same answer.
 */
const DIMENSION = 37;
const PATTERNS = 40;
const HITS = 4;
const EXPECTED = 'p7 3e990981, p20 3e680c39, p31 3e64330d, p19 3e3bd330';

function vector(j: number): Float32Array {
  return Float32Array.from(
    { length: DIMENSION },
    (_, i) => (((i * i * (j + 3) + 7 * j * (i + 1)) % 61) - 30) / 32,
  );
}

/**
 * Asks an engine one question whose answer is known to the last bit. Throws LoadError when the answer
 * is another.
 */
export function checkKnownAnswer(engine: Engine): void {
  const hnsw = { m: 4, efConstruction: 8, efSearch: 8 };
  const store = engine.createStore({ dimension: DIMENSION, hnsw, indexingThreshold: 0 });
  try {
    for (let j = 0; j < PATTERNS; ++j)
      store.upsert({ id: `p${j}`, type: '', domain: '', content: '' }, vector(j));
    expect(answer(store, false, 'graph'));
    expect(answer(store, true, 'scan'));
  } finally {
    store.dispose();
  }
}

function answer(store: Store, exact: boolean, plan: SearchPlan): string {
  const { hits, report } = store.search(vector(PATTERNS), { k: HITS, exact });
  if (report.plan !== plan)
    throw new LoadError(`the known-answer test failed: expected a ${plan}, got a ${report.plan}`);
  return hits.map(({ id, score }) => `${id} ${bitsOf(score)}`).join(', ');
}

function bitsOf(score: number): string {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, score);
  return view.getUint32(0).toString(16).padStart(8, '0');
}

function expect(got: string): void {
  if (got !== EXPECTED)
    throw new LoadError(`the known-answer test failed: expected ${EXPECTED}, got ${got}`);
}
