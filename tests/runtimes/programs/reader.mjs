// Beside a store's writer, asks to write, which is refused, and reads what there is; after each line that
// it is given, what there is then. Says all of it as JSON, a line each: reader.mjs BACKEND FOLDER
import { openPatternStore } from 'damask';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** Different for every name of a few letters. */
export const embeddingOf = (id) =>
  Array.from({ length: 8 }, (_, i) => ((id.charCodeAt(i % id.length) * (i + 3)) % 31) - 15.5);

async function readBeside([preferredBackend, storagePath]) {
  const config = { preferredBackend, fallback: false, configFile: false, env: {}, storagePath };
  const say = (what) => console.log(JSON.stringify(what));
  const told = await openPatternStore(config).catch(({ code, message }) => ({ code, message }));
  say(told);
  const reader = await openPatternStore({ ...config, readOnly: true });
  const look = async (report) => {
    const ids = [];
    for await (const { id } of reader.patterns()) ids.push(id);
    const best = await reader.searchSimilar(embeddingOf(ids.at(-1)), { k: 1, exact: true });
    const refused = await reader.clear().catch(({ code }) => code);
    say({ ids, best: best[0].pattern.id, refused, report, info: reader.getImplementationInfo() });
  };
  await look();
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'refresh') await reader.backup(line);
    await look(await reader.refresh());
  }
  await reader.shutdown();
}

if (process.argv[1].endsWith('reader.mjs')) await readBeside(process.argv.slice(2));
