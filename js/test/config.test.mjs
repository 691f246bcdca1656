import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { resolveConfig } from '../lib/config/resolve.js';
import { scratch } from './open_support.mjs';
import { invalid, refusal } from './support.mjs';

const resolve = (config, env = {}) => resolveConfig({ configFile: false, env, ...config });
const plain = ({ env, configFile, ...rest }) => rest;

/** What a file with this text, an environment and an object come to. */
async function withFile(t, content, config = {}, env = {}) {
  const configFile = path.join(await scratch(t), 'damask.config.json');
  await writeFile(configFile, typeof content === 'string' ? content : JSON.stringify(content));
  return plain(await resolveConfig({ ...config, env, configFile }));
}

test('the object wins over the environment, that over the file, field by field', async (t) => {
  const file = {
    dimension: 8,
    storagePath: 'from-file',
    preferredBackend: 'wasm-scalar',
    hnsw: { m: 8, efConstruction: 50 },
  };
  const env = { DAMASK_PATH: 'from-env', DAMASK_BACKEND: 'wasm-simd' };
  assert.deepEqual(await withFile(t, file), file);
  assert.deepEqual(await withFile(t, file, {}, env), {
    ...file,
    storagePath: 'from-env',
    preferredBackend: 'wasm-simd',
  });
  const config = { storagePath: 'from-object', dimension: undefined, hnsw: { m: 16 } };
  assert.deepEqual(await withFile(t, file, config, env), {
    dimension: 8,
    storagePath: 'from-object',
    preferredBackend: 'wasm-simd',
    hnsw: { m: 16, efConstruction: 50 },
  });
});

test('an explicit storage needs no path, wherever one is named', async () => {
  const storage = { name: 'mine' };
  const config = plain(await resolve({ storage }, { DAMASK_PATH: 'elsewhere' }));
  assert.deepEqual(config, { storage });
  await assert.rejects(resolve({ storage, storagePath: 'x' }), invalid('storage and storagePath'));
});

test('durability has an older name, and what a later source says wins by either', async (t) => {
  const interval = { policy: 'interval', ms: 5 };
  for (const [config, env, durability] of [
    [{ autoPersist: true }, {}, 'always'],
    [{ autoPersist: false }, {}, 'manual'],
    [{ autoPersist: false, durability: { policy: 'manual' } }, {}, { policy: 'manual' }],
    [{ durability: interval }, { DAMASK_DURABILITY: 'always' }, interval],
    [{ autoPersist: true }, { DAMASK_DURABILITY: 'manual' }, 'always'],
    [{}, { DAMASK_DURABILITY: 'interval' }, 'interval'],
  ])
    assert.deepEqual(plain(await resolve(config, env)), { durability });
  const env = { DAMASK_DURABILITY: 'manual' };
  assert.deepEqual(await withFile(t, { autoPersist: true }, {}, env), { durability: 'manual' });
  await assert.rejects(
    resolve({}, { DAMASK_DURABILITY: 'never' }),
    invalid('DAMASK_DURABILITY must be one of always, interval, manual'),
  );
});

test('the names that deployments use are understood', async () => {
  const cases = [
    [{ PATTERN_STORE_PATH: 'old' }, { storagePath: 'old' }],
    [{ PATTERN_STORE_PATH: 'old', DAMASK_PATH: 'ours' }, { storagePath: 'ours' }],
    [{ PATTERN_STORE_BACKEND: 'ruvector' }, { preferredBackend: 'auto' }],
    [{ PATTERN_STORE_BACKEND: 'auto' }, { preferredBackend: 'auto' }],
    [{ PATTERN_STORE_BACKEND: 'agentdb' }, { preferredBackend: 'agentdb' }],
    [
      { PATTERN_STORE_BACKEND: 'agentdb', DAMASK_BACKEND: 'native' },
      { preferredBackend: 'native' },
    ],
    [{ RUVECTOR_ENABLED: 'true' }, { backends: ['native', 'wasm-simd', 'wasm-scalar'] }],
    [{ RUVECTOR_ENABLED: 'false' }, { backends: [] }],
    [{ RUVECTOR_ENABLED: '0', AGENTDB_ENABLED: '1' }, { backends: ['agentdb'] }],
    [{ AGENTDB_ENABLED: 'true' }, { backends: ['native', 'wasm-simd', 'wasm-scalar', 'agentdb'] }],
    [{ AGENTDB_ENABLED: 'false' }, { backends: ['native', 'wasm-simd', 'wasm-scalar'] }],
    [{ DAMASK_PATH: '', RUVECTOR_ENABLED: '' }, {}],
  ];
  for (const [env, expected] of cases) assert.deepEqual(plain(await resolve({}, env)), expected);
});

test('a wrong variable is refused by name', async () => {
  for (const [name, value] of [
    ['DAMASK_BACKEND', 'gpu'],
    ['PATTERN_STORE_BACKEND', 'sqlite'],
    ['RUVECTOR_ENABLED', 'yes'],
    ['AGENTDB_ENABLED', 'TRUE'],
  ])
    await assert.rejects(resolve({}, { [name]: value }), invalid(`${name} must be one of`));
});

test('a wrong field is refused by name, value and limit', async () => {
  const cases = [
    [{ dimension: 0 }, 'config: dimension: Too small: expected number to be >=1, got 0'],
    [{ dimension: 4097 }, '<=4096, got 4097'],
    [{ dimension: 1.5 }, 'dimension'],
    [{ dimension: '384' }, 'dimension: Invalid input: expected number, received string, got "384"'],
    [{ metric: 'manhattan' }, 'metric: Invalid option'],
    [{ hnsw: { m: 3 } }, 'hnsw.m'],
    [{ hnsw: { M: 16 } }, 'Unrecognized key: "M"'],
    [{ seed: -1 }, 'seed'],
    [{ storagePath: '' }, 'storagePath'],
    [{ autoPersist: 'yes' }, 'autoPersist'],
    [{ durability: 'sometimes' }, 'durability'],
    [{ durability: { policy: 'interval', ms: 0 } }, 'durability'],
    [{ durability: { policy: 'interval', ms: 3_600_001 } }, 'durability'],
    [{ durability: { policy: 'interval', bytes: 0 } }, 'durability'],
    [{ durability: { policy: 'manual', ms: 5 } }, 'durability'],
    [{ durability: 'interval', autoPersist: true }, 'contradict each other'],
    [{ durability: 'always', autoPersist: false }, 'contradict each other'],
    [{ preferredBackend: 'gpu' }, 'preferredBackend'],
    [{ onWarning: 'log' }, 'onWarning: expected a function'],
    [{ onHealth: 'log' }, 'onHealth: expected a function'],
    [{ healing: 'always' }, 'healing: Invalid option'],
    [{ healing: 'auto', enableMetrics: false }, 'healing "auto" needs enableMetrics'],
    [{ healing: 'suggest', readOnly: true }, 'healing "suggest" is for the store\'s writer'],
    [{ targets: { recall: 0 } }, 'targets.recall'],
    [{ targets: { recall: 1.01 } }, 'targets.recall'],
    [{ targets: { recall: 0.9, p99Ms: 0 } }, 'targets.p99Ms'],
    [{ targets: { p99Ms: 1 } }, 'targets.recall'],
    [{ targets: { recall: 0.9 }, enableMetrics: false }, 'targets need enableMetrics'],
    [{ efControl: 'mpc' }, 'efControl needs targets'],
    [{ efControl: 'pid', targets: { recall: 0.9 } }, 'efControl: Invalid option'],
    [{ storage: 'here' }, 'storage: expected a storage driver'],
    [{ colour: 1 }, 'Unrecognized key: "colour"; known are dimension, metric'],
    [null, 'config'],
    ['path', 'config'],
  ];
  for (const [config, part] of cases)
    await assert.rejects(resolveConfig(config), invalid(part), JSON.stringify(config));
});

test('a wrong file is refused by its name', async (t) => {
  await assert.rejects(withFile(t, '{"dimension": 8'), invalid('damask.config.json is not JSON'));
  await assert.rejects(withFile(t, { dimension: 0 }), invalid('damask.config.json: dimension'));
  await assert.rejects(withFile(t, { onWarning: 1 }), invalid('Unrecognized key: "onWarning"'));
  await assert.rejects(withFile(t, '{"__proto__": {"dimension": 8}}'), invalid('__proto__'));
  await assert.rejects(withFile(t, '[]'), invalid('damask.config.json'));
  assert.equal({}.dimension, undefined);
  await assert.rejects(
    resolveConfig({ configFile: '/nowhere/damask.json' }),
    refusal('DamaskError', 'IO', '/nowhere/damask.json could not be read'),
  );
});
