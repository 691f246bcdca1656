import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The pattern of a test as the store takes it: all of it but the text that was embedded. */
function patternOf({ text, ...pattern }) {
  return pattern;
}

/** Names a set of tests embedded by one model: changes with any text, field or the model. */
export function setKey(modelVersion, tests) {
  const hash = createHash('sha256').update(modelVersion);
  for (const test of tests) hash.update('\0').update(JSON.stringify(test));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Writes `patterns.jsonl` and `vectors.f32`, row by row the same tests, into a folder of their own
 * below `folder`, unless it is there. Returns the paths and the key.
 */
export async function writeTestSet(folder, modelVersion, tests, vectorOf) {
  const key = setKey(modelVersion, tests);
  const home = join(folder, `set-${key}`);
  if (!existsSync(home)) {
    const part = `${home}.${process.pid}.part`;
    await mkdir(part, { recursive: true });
    await writeFile(
      join(part, 'patterns.jsonl'),
      tests.map((test) => `${JSON.stringify(patternOf(test))}\n`).join(''),
    );
    const rows = tests.map((test) => {
      const vector = vectorOf(test.text);
      return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
    });
    await writeFile(join(part, 'vectors.f32'), Buffer.concat(rows));
    await rename(part, home).catch(async (error) => {
      await rm(part, { recursive: true });
      if (!existsSync(home)) throw error;
    });
  }
  return { key, patterns: join(home, 'patterns.jsonl'), vectors: join(home, 'vectors.f32') };
}
