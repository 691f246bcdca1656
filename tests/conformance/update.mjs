// Writes expected.json as js/lib answers now, on an engine of one's choice: update.mjs [BACKEND]
import { writeFile } from 'node:fs/promises';
import * as damask from '../../js/lib/index.js';
import { expectedUrl, loadCases } from './load.mjs';
import { replay } from './replay.mjs';

const preferredBackend = process.argv[2] ?? 'native';
const config = { preferredBackend, fallback: false, configFile: false, env: {} };
const answers = await replay(damask, await loadCases(), config);
// One result a line, to be read and compared.
const cases = Object.entries(answers.results).map(
  ([name, steps]) => `"${name}": [\n${steps.map((it) => `  ${JSON.stringify(it)}`).join(',\n')}\n]`,
);
const text = `{ "sha256": "${answers.sha256}", "results": {\n${cases.join(',\n')}\n} }\n`;
await writeFile(expectedUrl, text);
console.log(`${preferredBackend}: ${answers.sha256}`);
