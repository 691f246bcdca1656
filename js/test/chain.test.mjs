import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { openPatternStore } from '../lib/index.js';
import { backends, builds, scratch } from './open_support.mjs';
import { refusal, wasmPath } from './support.mjs';

const run = promisify(execFile);
const open = (config) => openPatternStore({ ...builds, dimension: 4, ...config });
const loadFailed = (part) => refusal('LoadError', 'LOAD_FAILED', part);

/** Opens a store and gives what it runs on and the warnings. */
async function chosen(config) {
  const warnings = [];
  const onWarning = (message, passedOver) => warnings.push({ message, passedOver });
  const store = await open({ onWarning, ...config });
  const info = store.getImplementationInfo();
  await store.shutdown();
  return { info, warnings };
}

test('the fastest engine is taken, without a word', async () => {
  const { info, warnings } = await chosen({});
  assert.equal(info.type, 'native');
  assert.deepEqual(info.passedOver, []);
  assert.deepEqual(warnings, []);
  assert.equal(info.runtime, 'node');
  assert.equal(info.storage, 'none');
});

test('a preferred engine is taken', async () => {
  for (const preferredBackend of backends) {
    const { info, warnings } = await chosen({ preferredBackend });
    assert.equal(info.type, preferredBackend);
    assert.deepEqual(warnings, []);
  }
});

test('engines that do not work are passed over, each with its reason, in one warning', async (t) => {
  const broken = path.join(await scratch(t), 'damask.node');
  await writeFile(broken, 'not an addon');
  const { info, warnings } = await chosen({
    nativePath: broken,
    wasm: { ...builds.wasm, simd: path.join(broken, 'absent.wasm') },
  });
  assert.equal(info.type, 'wasm-scalar');
  assert.equal(info.instructionSet, 'scalar');
  assert.deepEqual(
    info.passedOver.map(({ backend }) => backend),
    ['native', 'wasm-simd'],
  );
  assert.match(info.passedOver[0].reason, /damask\.node cannot be loaded/);
  assert.match(info.passedOver[1].reason, /absent\.wasm could not be read/);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0].message, /^damask runs on wasm-scalar; passed over: native: /);
  assert.deepEqual(warnings[0].passedOver, info.passedOver);
});

test('an engine that is another than it should be is passed over', async () => {
  const { info } = await chosen({
    preferredBackend: 'wasm-simd',
    wasm: { simd: builds.wasm.scalar, scalar: builds.wasm.scalar },
  });
  assert.match(info.passedOver[0].reason, /instruction set is scalar, but wasm-simd128/);
});

test('a module that is damaged is passed over', async (t) => {
  const damaged = path.join(await scratch(t), 'damask.wasm');
  await copyFile(wasmPath('simd'), damaged);
  const { info } = await chosen({
    preferredBackend: 'wasm-simd',
    wasm: { ...builds.wasm, simd: new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 99]) },
  });
  assert.equal(info.type, 'native');
  assert.match(info.passedOver[0].reason, /cannot be loaded/);
});

test('without fallback the first engine works, or the error says what to do', async () => {
  await assert.rejects(
    open({ nativePath: '/nowhere/damask.node', fallback: false }),
    loadFailed('native: there is no native addon /nowhere/damask.node'),
  );
  await assert.rejects(
    open({ nativePath: '/nowhere/damask.node', fallback: false }),
    loadFailed('Set fallback: true to let wasm-simd or wasm-scalar do'),
  );
});

test('AgentDB is passed over, and that is said', async () => {
  const { info, warnings } = await chosen({ env: { PATTERN_STORE_BACKEND: 'agentdb' } });
  assert.equal(info.type, 'native');
  assert.match(warnings[0].message, /agentdb: this version of damask has no AgentDB backend/);
  await assert.rejects(
    open({ env: { RUVECTOR_ENABLED: 'false', AGENTDB_ENABLED: 'true' } }),
    loadFailed('this version of damask has no AgentDB backend'),
  );
  await assert.rejects(
    open({ env: { RUVECTOR_ENABLED: 'false' } }),
    loadFailed('RUVECTOR_ENABLED'),
  );
});

test('without a callback the process is warned, once and not on the console', async () => {
  const script = `
    import { openPatternStore } from ${JSON.stringify(new URL('../lib/index.js', import.meta.url).href)};
    process.on('warning', ({ name, code, message }) => console.log(name, code, message));
    const store = await openPatternStore({ nativePath: '/nowhere/damask.node', configFile: false,
      wasm: ${JSON.stringify(builds.wasm)} });
    await store.shutdown();
  `;
  const { stdout } = await run(process.execPath, [
    '--no-warnings',
    '--input-type=module',
    '-e',
    script,
  ]);
  const lines = stdout.trim().split('\n');
  assert.equal(lines.length, 1);
  assert.match(
    lines[0],
    /^DamaskWarning DAMASK_FALLBACK damask runs on wasm-simd; passed over: native/,
  );
});

test('a worker needs a browser', async () => {
  await assert.rejects(
    open({ worker: true }),
    refusal('UnsupportedError', 'UNSUPPORTED', 'worker thread'),
  );
});
