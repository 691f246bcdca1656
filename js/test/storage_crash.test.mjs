// A writer that is killed at any moment: the directory opens at a whole generation, and at none
// before the last one that the writer was told of.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDirectory } from '../lib/storage/directory.js';
import { StoredGenerations } from '../lib/storage/generations.js';
import { crashContent } from './storage_crash_content.mjs';
import { scratch } from './storage_places.mjs';

const KILLS = 50;
const LONGEST_MS = 60;
const SEED = Number(process.env.DAMASK_TEST_SEED ?? 20240917);
const child = fileURLToPath(new URL('storage_crash_child.mjs', import.meta.url));

/** Numbers in [0, 1): xorshift32. */
function random(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The last generation that a writer told of before it was killed, `delay` ms after its first. */
async function writeUntilKilled(directory, delay) {
  const writer = spawn(process.execPath, [child, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  writer.stdout.setEncoding('utf8').on('data', (text) => (told += text));
  const ended = new Promise((resolve) => writer.on('close', (_, signal) => resolve(signal)));
  await Promise.race([new Promise((resolve) => writer.stdout.once('data', resolve)), ended]);
  await sleep(delay);
  writer.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL', 'the writer ended by itself');
  return Number(told.trim().split('\n').at(-1));
}

test(`a directory survives ${KILLS} killed writers (seed ${SEED})`, async (t) => {
  const directory = await scratch(t);
  const next = random(SEED);
  let generation = 0;
  for (let kill = 1; kill <= KILLS; ++kill) {
    const told = await writeUntilKilled(directory, next() * LONGEST_MS);
    const stored = await StoredGenerations.open(await openDirectory(directory));
    const step = `kill ${kill}, seed ${SEED}: told ${told}, found ${stored.generation}`;
    assert.ok(stored.generation === told || stored.generation === told + 1, step);
    assert.ok(stored.generation >= generation, step);
    generation = stored.generation;
    if (generation > 0)
      assert.ok(Buffer.concat(crashContent(generation)).equals(await stored.read()), step);
  }
  assert.ok(generation > KILLS, `only ${generation} generations were written`);
  const driver = await openDirectory(directory);
  await (await StoredGenerations.open(driver)).commit(crashContent(generation + 1));
  assert.equal((await driver.list()).length, 2, 'one commit clears what killed writers left to it');
  t.diagnostic(`${generation} generations, seed ${SEED}`);
});
