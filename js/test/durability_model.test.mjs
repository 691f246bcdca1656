// Random changes, restarts on another engine and crashes against a plain map; fast-check shrinks what
// fails. DAMASK_MODEL_STEPS: how many, about.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { contentOf, patternOf } from './model.mjs';
import { PowerLossFiles } from './power_loss_files.mjs';
import { History, openFrom } from './power_loss_run.mjs';
import { seedFor } from './support.mjs';

const STEPS = Number(process.env.DAMASK_MODEL_STEPS ?? 3000);
const LONGEST = 100;

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'ß');
const pattern = fc
  .tuple(id, fc.nat(999), fc.constantFrom(0, 60, 5000))
  .map((parts) => patternOf(...parts));
const backend = fc.oneof(
  { weight: 9, arbitrary: fc.constant('native') },
  { weight: 1, arbitrary: fc.constantFrom('wasm-simd', 'wasm-scalar') },
);
const change = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('store'), patterns: fc.tuple(pattern) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('store'),
      patterns: fc.array(pattern, { minLength: 2, maxLength: 5 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete'), id }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('use'), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('clear', 'optimize', 'flush') }) },
);
const command = fc.oneof(
  { weight: 15, arbitrary: fc.record({ kind: fc.constant('one'), change }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('group'),
      changes: fc.array(change, { minLength: 2, maxLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart'), backend }) },
  {
    weight: 1,
    // Killed so many calls into these changes.
    arbitrary: fc.record({
      kind: fc.constant('crash'),
      backend,
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
      calls: fc.nat(40),
    }),
  },
);

/** A store, what it must hold, and the process that has it. */
class Run {
  history;
  #config;
  #disk = new PowerLossFiles();
  #files;
  #store;

  constructor(durability = { policy: 'always' }) {
    this.#config = { durability };
    this.history = new History(durability.policy);
  }

  async open(on) {
    this.#files = this.#disk.ofAnotherProcess();
    this.#store = await openFrom(this.#files, on, this.#config);
    this.history.goOnFrom(await contentOf(this.#store), `opened on ${on}`);
  }

  async close() {
    await this.#store.shutdown();
    this.history.end();
  }

  async step({ kind, ...of }) {
    if (kind === 'one') await this.history.make(this.#store, of.change);
    if (kind === 'group') await this.#make(of.changes);
    if (kind === 'restart') await this.close();
    if (kind === 'crash') await this.#crash(of);
    if (of.backend !== undefined) await this.open(of.backend);
    assert.equal(await contentOf(this.#store), String(this.history.last));
    const found = await this.#store.searchSimilar([1, 0, 0, 0], { k: 20 });
    assert.equal(found.length, this.history.last.patterns.size);
  }

  async #make(changes) {
    await Promise.all(changes.map((it) => this.history.make(this.#store, it)));
  }

  async #crash({ changes, calls }) {
    const files = this.#files;
    const last = files.calls.length + calls;
    const killed = new Promise((resolve) => {
      files.onCall = (call) => {
        if (call <= last) return;
        files.killed = true;
        resolve();
      };
    });
    await Promise.race([this.#make(changes), killed]);
    files.killed = true;
  }
}

test('a store that was opened with a journal is compacted again and again', async () => {
  const run = new Run();
  await run.open('native');
  const change = { kind: 'store', patterns: [patternOf('a', 1)] };
  await run.step({ kind: 'one', change });
  await run.step({ kind: 'one', change });
  await run.step({ kind: 'restart', backend: 'native' });
  for (let i = 0; i < 5; ++i) {
    await run.step({ kind: 'one', change: { kind: 'optimize' } });
    await run.step({ kind: 'one', change });
    await run.step({ kind: 'one', change });
  }
  await run.close();
});

for (const { share, ...durability } of [
  { share: 0.7, policy: 'always' },
  { share: 0.2, policy: 'interval', ms: 1, bytes: 4000 },
  { share: 0.1, policy: 'manual' },
])
  test(`${durability.policy}: random commands give what a plain map gives`, async (t) => {
    const seed = seedFor(t, 7);
    const tally = { runs: 0, steps: 0, restarts: 0, crashes: 0 };
    const property = fc.asyncProperty(
      fc.array(command, { maxLength: LONGEST, size: 'max' }),
      async (commands) => {
        const run = new Run(durability);
        await run.open('native');
        for (const it of commands) {
          await run.step(it);
          ++tally.steps;
          if (it.kind === 'restart') ++tally.restarts;
          if (it.kind === 'crash') ++tally.crashes;
        }
        await run.close();
        ++tally.runs;
      },
    );
    await fc.assert(property, { seed, numRuns: Math.ceil((2 * STEPS * share) / LONGEST) });
    t.diagnostic(JSON.stringify(tally));
    assert.ok(tally.crashes > 0 && tally.restarts > 0);
  });
