import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { VectorCache, keyOf } from '../lib/vector_cache.mjs';

const RECORD_BYTES = 16 + 4 * 2;

function inFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), 'damask-demo-'));
  try {
    run(join(folder, 'deep', 'vectors.cache'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fill(path) {
  const cache = new VectorCache(path, 'model-1', 2);
  cache.add('one', Float32Array.of(1, 0));
  cache.add('two', Float32Array.of(0.6, 0.8));
  cache.close();
}

test('keys tell models and texts apart', () => {
  const keys = [keyOf('m', 'text'), keyOf('m', 'texts'), keyOf('m2', 'text')];
  assert.equal(new Set(keys).size, 3);
  assert.equal(keyOf('m', 'text'), keys[0]);
});

test('vectors come back bit for bit after reopening', () =>
  inFolder((path) => {
    fill(path);
    const cache = new VectorCache(path, 'model-1', 2);
    assert.deepEqual(cache.get('two'), Float32Array.of(0.6, 0.8));
    assert.equal(cache.has('three'), false);
    cache.close();
  }));

test('another model finds nothing', () =>
  inFolder((path) => {
    fill(path);
    const cache = new VectorCache(path, 'model-2', 2);
    assert.equal(cache.has('one'), false);
    cache.close();
  }));

test('a torn record is cut off, and what follows is found again', () =>
  inFolder((path) => {
    fill(path);
    appendFileSync(path, Buffer.alloc(RECORD_BYTES - 1));
    const cache = new VectorCache(path, 'model-1', 2);
    assert.equal(statSync(path).size, 2 * RECORD_BYTES);
    cache.add('three', Float32Array.of(0, 1));
    cache.close();
    const reopened = new VectorCache(path, 'model-1', 2);
    assert.deepEqual(reopened.get('three'), Float32Array.of(0, 1));
    reopened.close();
  }));

test('a record that is no unit vector ends the cache', () =>
  inFolder((path) => {
    fill(path);
    const bytes = readFileSync(path);
    bytes.fill(0, RECORD_BYTES + 16);
    writeFileSync(path, bytes);
    const cache = new VectorCache(path, 'model-1', 2);
    assert.equal(cache.has('one'), true);
    assert.equal(cache.has('two'), false);
    cache.close();
  }));
