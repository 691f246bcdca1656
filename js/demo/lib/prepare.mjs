import { join } from 'node:path';

import { readCorpus } from './corpus.mjs';
import { embedTexts } from './embed.mjs';
import { DIMENSION, MODEL_VERSION } from './model.mjs';
import { DemoError } from './places.mjs';
import { startProgress } from './progress.mjs';
import { SELECTION_RULE, selectTests } from './select.mjs';
import { writeTestSet } from './test_set.mjs';
import { VectorCache } from './vector_cache.mjs';

const grouped = (number) => number.toLocaleString('en-US');

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Fewer texts than this are embedded before a person has read a progress line. */
const WORTH_PROGRESS = 100;

/** Adds to the cache what it lacks of `texts`; returns how many those were. */
async function embedMissing(cache, texts, workers) {
  const missing = [...new Set(texts)].filter((text) => !cache.has(text));
  if (missing.length === 0) return 0;
  const characters = missing.reduce((sum, text) => sum + text.length, 0);
  const shown = missing.length >= WORTH_PROGRESS;
  const progress = shown ? startProgress('embedding', characters, missing.length) : undefined;
  await embedTexts(missing, workers, (indexes, vectors) => {
    let done = 0;
    indexes.forEach((index, i) => {
      cache.add(missing[index], vectors.slice(i * DIMENSION, (i + 1) * DIMENSION));
      done += missing[index].length;
    });
    progress?.advance(done, indexes.length);
  });
  progress?.stop();
  return missing.length;
}

/** Says what the extraction found, when it was done now. */
function sayExtracted({ summary, fresh }, root, since, say) {
  if (!fresh) return;
  const { files, tests, described, unreadable } = summary;
  say(
    'parse',
    `${grouped(files)} files of ${root} in ${seconds(since)}: ${grouped(tests)} tests, ` +
      `${grouped(described)} of them described`,
  );
  if (unreadable.length > 0) {
    say('', `${unreadable.length} files do not parse, and are skipped: ${unreadable.join(', ')}`);
  }
}

/**
 * Extracts the tests, chooses `count` of them (all when `count` is Infinity) and embeds what the
 * cache lacks, telling what it does. `questions` are embedded too. Returns
 * `{key, patterns, vectors, questions, tests}`: paths of the set, vectors of the questions.
 */
export async function prepare({ root, folder, count, workers, questions, say }) {
  let start = performance.now();
  const corpus = await readCorpus(root, folder);
  sayExtracted(corpus, root, start, say);
  if (corpus.tests.length === 0) throw new DemoError(`no tests found below ${root}`);
  const tests = selectTests(corpus.tests, count);

  start = performance.now();
  const cache = new VectorCache(join(folder, `${MODEL_VERSION}.cache`), MODEL_VERSION, DIMENSION);
  try {
    const texts = [...tests.map((test) => test.text), ...questions];
    const embedded = await embedMissing(cache, texts, workers);
    if (embedded > 0) {
      say(
        'embed',
        `${grouped(embedded)} text${embedded > 1 ? 's' : ''} in ${seconds(start)} with ${MODEL_VERSION}`,
      );
    }
    const set = await writeTestSet(folder, MODEL_VERSION, tests, (text) => cache.get(text));
    const share = tests.length < corpus.tests.length ? `: ${SELECTION_RULE}` : '';
    say('tests', `${grouped(tests.length)} of ${grouped(corpus.tests.length)}${share}`);
    return { ...set, tests, questions: questions.map((question) => cache.get(question)) };
  } finally {
    cache.close();
  }
}
