import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { loadNative } from '../lib/native.js';
import { addonPath, invalid, refusal } from './support.mjs';

const run = promisify(execFile);
const library = new URL('../lib/native.js', import.meta.url).href;
const loadFailed = (part) => refusal('LoadError', 'LOAD_FAILED', part);

/** A folder for one test. */
async function scratch(t) {
  const folder = await mkdtemp(path.join(tmpdir(), 'damask-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** What a process of its own prints that loads the addon as `script` does. */
async function inProcess(script, environment = {}, type = 'module') {
  const env = { ...process.env, DAMASK_ISA: '', DAMASK_NATIVE_PATH: '', ...environment };
  for (const [name, value] of Object.entries(env)) if (value === '') delete env[name];
  const { stdout } = await run(process.execPath, [`--input-type=${type}`, '-e', script], { env });
  return stdout.trim();
}

const loading = (call) => `
  import(${JSON.stringify(library)}).then(({ loadNative }) => ${call}).then(
    (engine) => console.log(engine.info().instructionSet),
    (error) => console.log(error.name, error.code, error.message),
  );`;

test('says what it is', async () => {
  const info = (await loadNative({ path: addonPath })).info();
  assert.equal(info.version, '0.1.0');
  assert.equal(info.target, { x64: 'x86_64', arm64: 'aarch64' }[process.arch]);
  assert.ok(info.compiledInstructionSets.includes('scalar'));
  assert.ok(info.detectedInstructionSets.includes(info.instructionSet));
  for (const name of info.detectedInstructionSets)
    assert.ok(info.compiledInstructionSets.includes(name));
});

test('a relative path, DAMASK_NATIVE_PATH, ESM and CommonJS', async () => {
  const fastest = (await loadNative({ path: addonPath })).info().detectedInstructionSets.at(-1);
  const relative = path.relative(process.cwd(), addonPath);
  for (const type of ['module', 'commonjs']) {
    const byPath = loading(`loadNative({ path: ${JSON.stringify(relative)} })`);
    assert.equal(await inProcess(byPath, {}, type), fastest);
    const environment = { DAMASK_NATIVE_PATH: addonPath };
    assert.equal(await inProcess(loading('loadNative()'), environment, type), fastest);
  }
});

test('every instruction set that this machine has gives the known answer', async () => {
  const { detectedInstructionSets } = (await loadNative({ path: addonPath })).info();
  const script = loading(`loadNative({ path: ${JSON.stringify(addonPath)} })`);
  for (const name of detectedInstructionSets)
    assert.equal(await inProcess(script, { DAMASK_ISA: name }), name);
  assert.match(
    await inProcess(script, { DAMASK_ISA: 'avx9000' }),
    /^UnsupportedError UNSUPPORTED .*avx9000/,
  );
});

test('without an addon the error says which file is missing', async () => {
  assert.match(
    await inProcess(
      `Object.defineProperty(process, 'arch', { value: 'z80' }); ${loading('loadNative()')}`,
    ),
    /^LoadError LOAD_FAILED there is no native addon .*prebuilds.*-z80.damask\.node: name one/,
  );
  await assert.rejects(
    loadNative({ path: '/nowhere/damask.node' }),
    loadFailed('there is no native addon /nowhere/damask.node'),
  );
});

test('a file that is no addon, and an addon that is not ours, are refused', async (t) => {
  const folder = await scratch(t);
  const text = path.join(folder, 'text.node');
  await writeFile(text, 'not an addon');
  await assert.rejects(loadNative({ path: text }), (error) => {
    return loadFailed('text.node cannot be loaded')(error) && error.cause instanceof Error;
  });
  await assert.rejects(loadNative({ path: addonPath.replace('.node', '.so') }), invalid('.node'));
  await assert.rejects(loadNative({ path: 7 }), invalid('path must name a .node file, not 7'));
});

test('a damaged constant is caught by the known-answer test', async (t) => {
  const bytes = await readFile(addonPath);
  // The codec scales the largest component to 30591: as a double, that number stands in the code.
  const scale = Buffer.alloc(8);
  scale.writeDoubleLE(30591);
  const wrong = Buffer.alloc(8);
  wrong.writeDoubleLE(32511);
  let replaced = 0;
  for (let at = bytes.indexOf(scale); at >= 0; at = bytes.indexOf(scale, at + 8)) {
    wrong.copy(bytes, at);
    ++replaced;
  }
  assert.ok(replaced > 0, 'the constant is in the addon');
  const damaged = path.join(await scratch(t), 'damask.node');
  await writeFile(damaged, bytes);
  await assert.rejects(
    loadNative({ path: damaged }),
    loadFailed('the known-answer test failed: expected p7 3e990981'),
  );
});

test('a runtime without Node-API is told so', async (t) => {
  const copy = path.join(await scratch(t), 'damask.node');
  await copyFile(addonPath, copy);
  assert.match(
    await inProcess(`delete globalThis.process; ${loading(`loadNative({ path: '${copy}' })`)}`),
    /^LoadError LOAD_FAILED this runtime has no Node-API/,
  );
});
