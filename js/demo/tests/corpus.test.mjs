import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { readCorpus } from '../lib/corpus.mjs';

test('a suite is parsed once, and again when a source changes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'damask-demo-'));
  try {
    const [root, cache] = [join(folder, 'library'), join(folder, 'cache')];
    await mkdir(join(root, 'test'), { recursive: true });
    await writeFile(join(root, 'test', '__init__.py'), '');
    const source = join(root, 'test', 'test_grammar.py');
    await writeFile(source, 'class GrammarTests:\n    def test_comments(self): pass\n');

    const first = await readCorpus(root, cache);
    assert.equal(first.fresh, true);
    assert.deepEqual(
      first.tests.map(({ id }) => id),
      ['test.test_grammar.GrammarTests.test_comments'],
    );
    assert.deepEqual(first.summary, { files: 2, tests: 1, described: 0, unreadable: [] });

    const second = await readCorpus(root, cache);
    assert.equal(second.fresh, false);
    assert.deepEqual(second.tests, first.tests);
    assert.deepEqual(second.summary, first.summary);

    await writeFile(source, 'def test_tabs(): pass\ndef test_spaces(): pass\n');
    const third = await readCorpus(root, cache);
    assert.equal(third.fresh, true);
    assert.equal(third.tests.length, 2);
  } finally {
    await rm(folder, { recursive: true });
  }
});
