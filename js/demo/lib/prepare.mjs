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

/** Adds to the cache what it lacks of `texts`; returns how many those were. */
async function embedMissing(cache, texts, workers) {
  const missing = [...new Set(texts)].filter((text) => !cache.has(text));
  if (missing.length === 0) return 0;
  const characters = missing.reduce((sum, text) => sum + text.length, 0);
  const progress = startProgress('embedding', characters, missing.length);
  await embedTexts(missing, workers, (indexes, vectors) => {
    let done = 0;
    indexes.forEach((index, i) => {
      cache.add(missing[index], vectors.slice(i * DIMENSION, (i + 1) * DIMENSION));
      done += missing[index].length;
    });
    progress.advance(done, indexes.length);
  });
  progress.stop();
  return missing.length;
}

/**
 * Extracts the tests, chooses `count` of them (all when `count` is Infinity) and embeds what the
 * cache lacks, telling what it does. `questions` are embedded too. Returns
 * `{key, patterns, vectors, questions, tests}`: paths of the set, vectors of the questions.
 */
export async function prepare({ root, folder, count, workers, questions, say }) {
  let start = performance.now();
  const { tests, summary, fresh } = await readCorpus(root, folder);
  if (tests.length === 0) throw new DemoError(`no tests found below ${root}`);
  const how = fresh ? `parsed in ${seconds(start)}` : 'unchanged since they were last parsed';
  say('tests', `${grouped(tests.length)} in ${grouped(summary.files)} files of ${root}, ${how}`);

  const chosen = selectTests(tests, count);
  if (chosen.length < tests.length) {
    say('chosen', `${grouped(chosen.length)}: ${SELECTION_RULE}`);
  }

  start = performance.now();
  const cache = new VectorCache(join(folder, `${MODEL_VERSION}.cache`), MODEL_VERSION, DIMENSION);
  try {
    const texts = [...chosen.map((test) => test.text), ...questions];
    const embedded = await embedMissing(cache, texts, workers);
    const took = embedded > 0 ? `, ${seconds(start)} on ${workers} thread${workers > 1 ? 's' : ''}` : '';
    say('embeddings', `${grouped(embedded)} new${took}; the others were cached (${MODEL_VERSION})`);
    const set = await writeTestSet(folder, MODEL_VERSION, chosen, (text) => cache.get(text));
    return { ...set, tests: chosen, questions: questions.map((question) => cache.get(question)) };
  } finally {
    cache.close();
  }
}
