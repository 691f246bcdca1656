// Thirty days of changes, by count of operations: what becomes of a store that is never built anew.
//   toolchains/bootstrap bench churn -- [OPTIONS]
import { createHash } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describeHost, engineHash } from '../js/engines.mjs';
import { Case, caseName } from './case.mjs';
import { readCases, writeReport } from './checkpoint.mjs';
import { armsOf } from './contenders.mjs';
import { HELP, keysOf, parsePlan } from './plan.mjs';
import { dayText, headLine, summaryText } from './report.mjs';
import { loadSource } from './source.mjs';
import { summaryOf } from './summary.mjs';

const exists = (file) =>
  access(file).then(
    () => true,
    () => false,
  );

/** Days that were measured before, when what they left is still there to go on with. */
async function measuredDays(cases, key, folder) {
  const found = cases.find((it) => caseName(it) === caseName(key));
  if (!found) return [];
  const isThere = await exists(path.join(folder, `day-${found.days.length - 1}`));
  return found.isComplete || isThere ? found.days : [];
}

/** Why hnswlib cannot take part; undefined when it can. */
const whyNot = () =>
  import('hnswlib-node').then(
    () => undefined,
    (error) => `hnswlib: hnswlib-node cannot be loaded (${error.code ?? error.name})`,
  );

class Run {
  constructor({ plan, cases, json, state, budgetMs, missing }, source, report, older) {
    Object.assign(this, { plan, json, state, source, report, missing });
    this.keys = [...keysOf(cases)];
    this.until = performance.now() + budgetMs;
    const names = new Set(this.keys.map(caseName));
    this.others = older.filter((it) => !names.has(caseName(it)));
    this.older = older;
    this.cases = [];
    this.leftOut = missing ? [missing] : [];
  }

  /** hnswlib is slow to fill, so that it takes part in some of the seeds. */
  #armsOf({ seed }) {
    const { sides, rivalSeeds } = this.plan;
    const isIn = (side) => side !== 'hnswlib' || (!this.missing && seed <= rivalSeeds);
    return armsOf({ ...this.plan, sides: sides.filter(isIn) });
  }

  get #isOver() {
    return performance.now() > this.until;
  }

  async #write(complete) {
    const cases = [...this.cases, ...this.#waiting(), ...this.others];
    Object.assign(this.report, { complete, leftOut: this.leftOut, cases });
    this.report.summary = summaryOf(cases, this.plan.days);
    if (this.json) await writeReport(this.json, this.report);
  }

  /** Cases that an earlier run began and whose turn has not come yet. */
  #waiting() {
    const begun = new Set([...this.cases, ...this.others].map(caseName));
    return this.older.filter((it) => !begun.has(caseName(it)));
  }

  async measure() {
    for (const key of this.keys) await this.#measureCase(key);
    await this.#write(this.leftOut.length === 0);
    return this.report;
  }

  async #measureCase(key) {
    const { plan, source, state } = this;
    const arms = this.#armsOf(key);
    if (arms.length === 0) return;
    const name = `seed ${key.seed}, ${key.rate}% a day, ${key.deletes}`;
    const days = [...(await measuredDays(this.older, key, path.join(state, caseName(key))))];
    const record = { ...key, isComplete: days.length > plan.days, days };
    const leaveOut = () => {
      this.leftOut.push(`${name}: days ${days.length} to ${plan.days}`);
    };
    if (days.length > 0 || !this.#isOver) this.cases.push(record);
    if (record.isComplete) return;
    if (this.#isOver) return leaveOut();
    console.log(`\n${name}\n${headLine()}`);
    const measured = new Case({ key, source, plan, arms, state });
    if (days.length > 0) await measured.resume(days);
    while (days.length <= plan.days && !this.#isOver) {
      const day = days.length === 0 ? await measured.begin() : await measured.nextDay();
      days.push(day);
      console.log(dayText(day));
      record.isComplete = days.length > plan.days;
      await this.#write(false);
      await measured.forget();
    }
    await measured.close({ remove: record.isComplete || !this.json });
    if (!record.isComplete) leaveOut();
  }
}

async function main(given) {
  const source = await loadSource(given.source);
  const { rows, queries, name } = source;
  const report = {
    benchmark: 'churn',
    machine: describeHost(),
    engine: await engineHash(given.plan.backend),
    data: {
      ...{ name, vectors: rows.count, dimension: rows.dimension, queries: queries.count },
      truth:
        "damask's exact search on its 16-bit codes, some of it checked by a scan in double precision",
    },
    plan: given.plan,
  };
  const older = given.json ? await readCases(given.json, report) : [];
  // What one engine has built, another build of it must not go on with.
  const id = createHash('sha256').update(JSON.stringify(report)).digest('hex').slice(0, 12);
  const state = path.resolve(given.state, id);
  await mkdir(state, { recursive: true });
  const missing = given.plan.sides.includes('hnswlib') ? await whyNot() : undefined;
  const run = new Run({ ...given, state, missing }, source, report, older);
  const { summary, leftOut } = await run.measure();
  if (summary.length > 0) console.log(`\n${summaryText(summary, given.plan.days)}`);
  for (const left of leftOut) console.log(`left out: ${left}`);
}

const given = parsePlan(process.argv.slice(2));
if (given.help) console.log(HELP);
else await main(given);
