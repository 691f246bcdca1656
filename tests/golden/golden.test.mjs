// Every engine of the package opens the files of every version, with the same answers, and goes on
// from them.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { contentOf, open, openSnapshot, patternOf, STORES } from './golden.mjs';
import { random } from '../crash/workload.mjs';

const here = new URL('.', import.meta.url).pathname;
const versions = (await readdir(here)).filter((name) => /^v\d+$/.test(name));
const backends = ['native', 'wasm-simd', 'wasm-scalar'];

/** -0 and 0 differ; JSON has but 0 where a value of ours is -0. */
const plain = (content) => JSON.parse(JSON.stringify(content));

for (const version of versions) {
  const folder = path.join(here, version);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const expectedOf = async (name) => JSON.parse(await readFile(path.join(folder, name), 'utf8'));
  test(`${version} has files`, () => assert.ok(names.length >= 6));

  for (const backend of backends)
    for (const name of names.map((it) => it.slice(0, -'.json'.length)))
      test(`${backend} opens ${version}/${name}`, async () => {
        const expected = await expectedOf(`${name}.json`);
        if (name in STORES) {
          const bytes = await readFile(path.join(folder, `${name}.damask`));
          const store = await openSnapshot(backend, bytes, STORES[name]);
          assert.deepEqual(plain(await contentOf(store, name)), expected);
          assert.deepEqual(Buffer.from(await store.snapshot()), bytes);
          await store.shutdown();
          return;
        }
        const copy = await mkdtemp(path.join(tmpdir(), 'damask-golden-'));
        await cp(path.join(folder, name), copy, { recursive: true });
        const config = { ...STORES['euclidean-float32'], storagePath: copy };
        const store = await open(backend, config);
        assert.deepEqual(plain(await contentOf(store)), expected);
        await store.storePattern(patternOf(99, random(1)));
        await store.shutdown();
        const again = await open(backend, { ...config, readOnly: true });
        assert.equal(await again.count(), expected.patterns.length + 1);
        await again.shutdown();
        await rm(copy, { recursive: true });
      });
}

test('a snapshot or a journal of a newer version is refused by its name', async () => {
  const folder = path.join(here, versions.at(-1));
  for (const backend of backends)
    for (const name of ['snapshot-000000000001.damask', 'journal-000000000001-000001.damask']) {
      const copy = await mkdtemp(path.join(tmpdir(), 'damask-golden-'));
      await cp(path.join(folder, 'directory'), copy, { recursive: true });
      const bytes = await readFile(path.join(copy, name));
      bytes.writeUInt32LE(bytes.readUInt32LE(8) + 1, 8);
      await writeFile(path.join(copy, name), bytes);
      await assert.rejects(
        open(backend, { ...STORES['euclidean-float32'], storagePath: copy }),
        (error) => {
          assert.equal(error.code, 'SNAPSHOT_TOO_NEW');
          assert.ok(error.message.includes(name.slice(0, -'-000001.damask'.length)), error.message);
          assert.match(error.message, /version 2/);
          return true;
        },
      );
      await rm(copy, { recursive: true });
    }
});
