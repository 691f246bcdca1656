// The options of a run.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { wholeNumber } from '../js/engines.mjs';
import { DAMASK_ARMS } from './contenders.mjs';
import { SLICE_MS } from './sides/slices.mjs';
import { DELETES } from './trace.mjs';

export const HELP = `Options
  --data PREFIX        of .base.f16, .query.f16 and .gt100.i32
                       (default: the set qe100k in the folder DAMASK_DATA, else generated vectors)
  --count N --dimension N   of generated vectors (12000, 64)
  --start N            vectors to begin with; the others are the fresh ones (50000, or 5000 of generated)
  --days N             (30)
  --rates LIST         percent replaced each day (1,5,10)
  --deletes LIST       (${DELETES.join()})
  --seeds N            1 to N, at most 11 (5)
  --arms LIST          of damask: ${DAMASK_ARMS.join()} (off,on,rule)
  --sides LIST         (damask,hnswlib)
  --rival-seeds N      seeds that hnswlib takes part in (1)
  --backend NAME       damask's engine: ${Object.keys(SLICE_MS).join(', ')} (native)
  --m N --hnswlib-m N --ef-construction N   of the graphs (32, 16, 200)
  --ef N --hnswlib-ef N     candidates kept while searching (40, 64)
  -k N                 results (10)
  --queries N          each day (800)
  --own N              patterns that are searched for by themselves, each day (500)
  --passes N           timed passes (5)
  --searches N         beside each change, before they double (1)
  --compare-every N    days from one same-day rebuild to the next (5), and on the last
  --drift A,B          from these days on other subjects come and are asked for (10,20)
  --double N           from this day on there are twice the searches (15)
  --threads N          that fill stores with damask, to the same bytes (1)
  --json FILE          write everything there, after every day; what is there of the same plan stays, and
                       goes on where it ended
  --state FOLDER       for what restarts read (build/churn)
  --budget-minutes N   stop before a day that would begin later; the file says what was left out`;

const DEFAULTS = {
  ...{ count: '12000', dimension: '64', days: '30', rates: '1,5,10' },
  ...{ deletes: DELETES.join(), seeds: '5', arms: 'off,on,rule', sides: 'damask,hnswlib' },
  ...{ 'rival-seeds': '1', backend: 'native', m: '32', 'hnswlib-m': '16' },
  ...{ 'ef-construction': '200', ef: '40', 'hnswlib-ef': '64', k: '10', queries: '800' },
  ...{ own: '500', passes: '5', searches: '1', 'compare-every': '5', drift: '10,20' },
  ...{ double: '15', threads: '1', state: 'build/churn' },
};
const WITHOUT_DEFAULT = ['data', 'start', 'json', 'budget-minutes'];

function listOf(option, text, known) {
  const names = text.split(',');
  for (const name of names)
    if (!known.includes(name))
      throw new Error(`--${option}: ${name} is none of ${known.join(', ')}`);
  if (new Set(names).size < names.length) throw new Error(`--${option} names something twice`);
  return names;
}

const numbers = (option, text, least, most) =>
  text.split(',').map((number) => wholeNumber(option, number, least, most));

function driftOf(text) {
  const drift = numbers('drift', text, 1);
  if (drift.length !== 2 || drift[0] >= drift[1])
    throw new Error(`--drift must be two days, the earlier first, not ${text}`);
  return drift;
}

/** What is given on the command line: `{ help }`, or what is measured and with what. */
export function parsePlan(args, env = process.env) {
  const options = { help: { type: 'boolean' } };
  for (const name of [...Object.keys(DEFAULTS), ...WITHOUT_DEFAULT])
    options[name] = { type: 'string', ...(name === 'k' && { short: 'k' }) };
  const { values } = parseArgs({ args, options });
  if (values.help) return { help: true };
  const given = { ...DEFAULTS, ...values };
  const number = (option, least, most) => wholeNumber(option, given[option], least, most);
  const k = number('k', 1, 100);
  const { DAMASK_DATA: folder } = env;
  const prefix = given.data ?? (folder ? path.join(folder, 'qe100k') : undefined);
  given.start ??= prefix ? '50000' : '5000';
  return {
    source: prefix
      ? { prefix }
      : {
          ...{ count: number('count', 1000), dimension: number('dimension', 2, 4096) },
          queries: number('queries', 1),
        },
    plan: {
      ...{ start: number('start', 100), days: number('days', 1, 1000), k },
      ...{ drift: driftOf(given.drift), double: number('double', 1) },
      ...{ queries: number('queries', 1), own: number('own', 1), passes: number('passes', 1, 100) },
      ...{ searchesPerChange: number('searches', 0, 100) },
      compareEvery: number('compare-every', 1),
      arms: listOf('arms', given.arms, DAMASK_ARMS),
      sides: listOf('sides', given.sides, ['damask', 'hnswlib']),
      rivalSeeds: number('rival-seeds', 0),
      backend: listOf('backend', given.backend, Object.keys(SLICE_MS))[0],
      threads: number('threads', 1, 64),
      ...{ m: number('m', 4, 128), hnswlibM: number('hnswlib-m', 4, 128) },
      efConstruction: number('ef-construction', 4, 4096),
      ...{ ef: number('ef', k, 10_000), hnswlibEf: number('hnswlib-ef', k, 10_000) },
    },
    cases: {
      rates: numbers('rates', given.rates, 1, 90),
      deletes: listOf('deletes', given.deletes, DELETES),
      seeds: number('seeds', 1, 11),
    },
    json: given.json,
    state: given.state,
    budgetMs:
      given['budget-minutes'] === undefined ? Infinity : 60_000 * number('budget-minutes', 0),
  };
}

/** Every case of a run: all rates and orders of one seed before the next, so that a run that is cut short
 * has some of each. */
export function* keysOf({ rates, deletes, seeds }) {
  for (let seed = 1; seed <= seeds; ++seed)
    for (const rate of rates) for (const order of deletes) yield { seed, rate, deletes: order };
}
