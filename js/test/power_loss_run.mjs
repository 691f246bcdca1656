// Runs of sessions on a file system that loses power: what was done, what was acknowledged, and what
// a store must hold after it.
import assert from 'node:assert/strict';
import { openDirectory } from '../lib/storage/directory.js';
import { contentOf, DIMENSION, hnsw, make, Model, patternOf } from './model.mjs';
import { openOn } from './open_support.mjs';
import { PowerLossFiles } from './power_loss_files.mjs';
import { crashImages } from './power_loss_images.mjs';

export const PLACE = '/store';

/** So that journals outgrow the space that was made for them, and images are small. */
const AHEAD = 6000;

/** The store that is on these files. What a killed session fails at is nobody's business. */
export async function openFrom(files, backend = 'native', config = {}) {
  const storage = await openDirectory(PLACE, files, { machine: files.machine, ahead: AHEAD });
  const onWarning = () => undefined;
  const fixed = { dimension: DIMENSION, hnsw, precision: 'float32', storage, onWarning };
  return openOn(backend, { ...fixed, ...config });
}

/**
 * The changes of a run in the order in which they were asked for, and how many were acknowledged as
 * durable: with the policies `interval` and `manual`, by flushing alone.
 */
export class History {
  #models = [new Model()];
  #policy;
  acknowledged = 0;
  /** Counts when what may be found changes. */
  revision = 0;

  constructor(policy = 'always') {
    this.#policy = policy;
  }

  get last() {
    return this.#models.at(-1);
  }

  /** What may be found now: every acknowledged change, and any first ones of those under way. */
  allowed() {
    return this.#models.slice(this.acknowledged).map(String);
  }

  /** Makes a change; resolves when it is acknowledged, and remembers that. */
  async make(store, change) {
    const next = this.last.clone();
    next.apply(change);
    const changes = next.sequence > this.last.sequence;
    if (changes) this.#models.push(next);
    const index = this.#models.length - 1;
    ++this.revision;
    await make(store, change);
    if (this.#policy === 'always' ? changes : change.kind === 'flush') this.#acknowledge(index);
  }

  /** A session has ended in order. */
  end() {
    this.#acknowledge(this.#models.length - 1);
  }

  #acknowledge(index) {
    this.acknowledged = Math.max(this.acknowledged, index);
    ++this.revision;
  }

  /** A session goes on from what it found, which must be allowed. */
  goOnFrom(content, step) {
    const at = this.allowed().lastIndexOf(content);
    assert.ok(at >= 0, `${step}: found ${content}, but allowed is\n${this.allowed().join('\n')}`);
    this.#models.length = this.acknowledged + at + 1;
    ++this.revision;
  }
}

/**
 * A session: opens, makes steps of changes that are asked for at the same time, and shuts down; or is
 * killed so many calls after it has opened.
 */
export async function session(files, history, { steps, killAfter = Infinity, config }) {
  const mine = files.ofAnotherProcess();
  mine.onBoundary = files.onBoundary;
  const store = await openFrom(mine, 'native', config);
  history.goOnFrom(await contentOf(store), 'a session opened');
  const last = mine.calls.length + killAfter;
  const killed = new Promise((resolve) => {
    mine.onCall = (call) => {
      if (call <= last) return;
      mine.killed = true;
      resolve();
    };
  });
  const work = async () => {
    for (const step of steps) await Promise.all(step.map((change) => history.make(store, change)));
    await store.shutdown();
    history.end();
  };
  await Promise.race([work(), killed]);
}

/** An image must open and hold what each list allows; and what is stored then must be as durable. */
export async function checkImage(image, lists, step = 'after a power failure') {
  const files = new PowerLossFiles(image);
  const found = await openFrom(files);
  const content = await contentOf(found);
  for (const states of lists)
    assert.ok(
      states.includes(content),
      `${step}: found ${content}, but not of\n${states.join('\n')}`,
    );
  await goOn(files, found, step);
}

/** A store takes a change and keeps it, and all that was there, when power fails right after. */
export async function goOn(files, store, step) {
  await make(store, { kind: 'store', patterns: [patternOf('afterwards', 1)] });
  const [least] = crashImages(files, () => 0);
  const again = await openFrom(new PowerLossFiles(least.image));
  assert.equal(await contentOf(again), await contentOf(store), step);
}
