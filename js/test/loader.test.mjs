import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { loadDamask, simdSupported } from '../lib/wasm.js';
import {
  gluePath,
  instructionSets,
  invalid,
  pattern,
  refusal,
  wasmTargets,
  wasmBytes,
  wasmPath,
} from './support.mjs';

const loadFailed = (part) => refusal('LoadError', 'LOAD_FAILED', part);

function assertWorks(engine, target) {
  assert.equal(engine.info().instructionSet, instructionSets[target]);
  const store = engine.createStore({ dimension: 2 });
  store.upsert(pattern('a'), [1, 0]);
  assert.deepEqual(store.search([2, 0]).hits, [{ id: 'a', score: 1 }]);
  store.dispose();
}

async function serve(t, answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return new URL(`http://127.0.0.1:${server.address().port}/damask.wasm`);
}

for (const target of wasmTargets) {
  test(`${target}: a path, a file URL, and a file URL as a string`, async () => {
    const path = wasmPath(target);
    const url = pathToFileURL(path);
    for (const source of [path, url, url.href])
      assertWorks(await loadDamask({ source, target }), target);
  });

  test(`${target}: an http URL`, async (t) => {
    const bytes = await wasmBytes(target);
    const source = await serve(t, (_, response) => response.end(bytes));
    assertWorks(await loadDamask({ source, target, glue: gluePath(target) }), target);
  });

  test(`${target}: bytes, a view on bytes, and a compiled module`, async () => {
    const { default: glue } = await import(gluePath(target));
    const bytes = await wasmBytes(target);
    const framed = new Uint8Array(bytes.length + 6);
    framed.set(bytes, 3);
    const buffer = new Uint8Array(bytes).buffer;
    const sources = [
      buffer,
      framed.subarray(3, 3 + bytes.length),
      await WebAssembly.compile(bytes),
    ];
    for (const source of sources) assertWorks(await loadDamask({ source, target, glue }), target);
  });

  test(`${target}: says what it is`, async () => {
    const info = (await loadDamask({ source: wasmPath(target), target })).info();
    assert.deepEqual(info, {
      version: '0.1.0',
      target: 'wasm32',
      instructionSet: instructionSets[target],
      compiledInstructionSets: [instructionSets[target]],
      detectedInstructionSets: [instructionSets[target]],
    });
  });

  test(`${target}: the other build is refused`, async () => {
    const other = wasmTargets.find((it) => it !== target);
    await assert.rejects(
      loadDamask({ source: wasmPath(target), target: other }),
      loadFailed(`is ${instructionSets[target]}, but ${instructionSets[other]} was asked for`),
    );
  });

  test(`${target}: one engine's stores do not see another's`, async () => {
    const [first, second] = await Promise.all([
      loadDamask({ source: wasmPath(target), target }),
      loadDamask({ source: wasmPath(target), target }),
    ]);
    const [a, b] = [first.createStore({ dimension: 2 }), second.createStore({ dimension: 2 })];
    a.upsert(pattern('only in a'), [1, 1]);
    assert.equal(b.contains('only in a'), false);
    assert.equal(a.contains('only in a'), true);
  });
}

test('a damaged constant is caught by the known-answer test', async () => {
  // The codec scales the largest component to 30591: as a double, that number stands in the code.
  const bytes = await wasmBytes('scalar');
  const scale = Buffer.alloc(8);
  scale.writeDoubleLE(30591);
  const wrong = Buffer.alloc(8);
  wrong.writeDoubleLE(32511);
  let replaced = 0;
  for (let at = bytes.indexOf(scale); at >= 0; at = bytes.indexOf(scale, at + 8)) {
    wrong.copy(bytes, at);
    ++replaced;
  }
  assert.ok(replaced > 0, 'the constant is in the module');
  const { default: glue } = await import(gluePath('scalar'));
  await assert.rejects(
    loadDamask({ source: bytes, target: 'scalar', glue }),
    loadFailed('the known-answer test failed: expected p7 3e990981'),
  );
});

test('the probe says what this runtime says', async () => {
  // Node has had 128-bit SIMD since version 16.4.
  assert.equal(simdSupported(), true);
  assert.equal(WebAssembly.validate(await wasmBytes('simd')), simdSupported());
});

test('without SIMD, the simd module is refused and the scalar one loads', async (t) => {
  t.mock.method(WebAssembly, 'validate', () => false);
  assert.equal(simdSupported(), false);
  await assert.rejects(
    loadDamask({ source: wasmPath('simd'), target: 'simd' }),
    refusal('UnsupportedError', 'UNSUPPORTED', 'no 128-bit SIMD'),
  );
  assertWorks(await loadDamask({ source: wasmPath('scalar'), target: 'scalar' }), 'scalar');
});

test('wrong bytes, another module, and truncated bytes are refused', async () => {
  const { default: glue } = await import(gluePath('simd'));
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const truncated = (await wasmBytes('simd')).subarray(0, 1000);
  for (const source of [new Uint8Array([1, 2, 3]), empty, truncated])
    await assert.rejects(
      loadDamask({ source, target: 'simd', glue }),
      loadFailed('the WebAssembly engine cannot be loaded'),
    );
});

test('a missing file, a missing page and a refused connection are IO errors', async (t) => {
  const notFound = await serve(t, (_, response) => {
    response.statusCode = 404;
    response.end();
  });
  const glue = gluePath('simd');
  const io = (part) => refusal('DamaskError', 'IO', part);
  await assert.rejects(
    loadDamask({ source: '/nowhere/damask.wasm', target: 'simd', glue }),
    io('file:///nowhere/damask.wasm could not be read'),
  );
  await assert.rejects(loadDamask({ source: notFound, target: 'simd', glue }), io('status 404'));
  await assert.rejects(
    loadDamask({ source: 'http://127.0.0.1:1/damask.wasm', target: 'simd', glue }),
    io('could not be read'),
  );
});

test('a URL object is read and compiled once, and again after a failure', async (t) => {
  let requests = 0;
  const bytes = await wasmBytes('scalar');
  const source = await serve(t, (_, answer) => {
    if (++requests === 1) answer.writeHead(503).end();
    else answer.end(bytes);
  });
  const load = () =>
    loadDamask({ source, glue: pathToFileURL(gluePath('scalar')), target: 'scalar' });
  await assert.rejects(load(), refusal('DamaskError', 'IO', 'status 503'));
  for (let i = 0; i < 3; ++i) assertWorks(await load(), 'scalar');
  assert.equal(requests, 2);
});

test('missing or wrong glue is refused', async () => {
  const bytes = await wasmBytes('simd');
  const here = new URL('support.mjs', import.meta.url);
  await assert.rejects(
    loadDamask({ source: bytes, target: 'simd' }),
    invalid('glue must be given'),
  );
  await assert.rejects(
    loadDamask({ source: bytes, target: 'simd', glue: here }),
    loadFailed('has no default export'),
  );
  await assert.rejects(
    loadDamask({ source: bytes, target: 'simd', glue: '/nowhere/damask.mjs' }),
    loadFailed('/nowhere/damask.mjs'),
  );
  await assert.rejects(
    loadDamask({ source: bytes, target: 'simd', glue: () => Promise.reject(new Error('no')) }),
    loadFailed('no'),
  );
});

test('wrong options are refused', async () => {
  await assert.rejects(loadDamask({ source: wasmPath('simd') }), invalid('target must be'));
  await assert.rejects(
    loadDamask({ source: wasmPath('simd'), target: 'neon' }),
    invalid('target must be "simd" or "scalar", not neon'),
  );
  await assert.rejects(
    loadDamask({ source: 7, target: 'simd', glue: gluePath('simd') }),
    invalid('source must be a URL'),
  );
});
