// One folder, a writer in one runtime and readers in others: a second writer is told who has the store,
// readers see what was acknowledged, and a writer that is killed leaves nothing in the way.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startBun, startDeno } from './processes.mjs';
import { inFreshFolder } from './scratch.mjs';

const node = [process.execPath];
/** Without it Deno may not tell whether a process lives. */
const deno = [startDeno()[0], 'run', '--node-modules-dir=manual', '--no-prompt', '--allow-all'];
const bun = startBun();
const ROUNDS = [
  {
    name: 'Node',
    writer: node,
    backend: 'native',
    readers: [
      [deno, 'wasm-simd'],
      [bun, 'native'],
    ],
  },
  {
    name: 'Deno',
    writer: deno,
    backend: 'native',
    readers: [
      [node, 'wasm-scalar'],
      [bun, 'wasm-simd'],
    ],
  },
  {
    name: 'Bun',
    writer: bun,
    backend: 'wasm-simd',
    readers: [
      [node, 'native'],
      [deno, 'native'],
    ],
  },
];

/** A program that answers each line that it is given with one. */
class Conversation {
  static all = new Set();
  #child;
  #lines;

  constructor(app, [program, ...start], ...args) {
    const stdio = ['pipe', 'pipe', 'inherit'];
    this.#child = spawn(program, [...start, ...args], { cwd: app, stdio });
    Conversation.all.add(this);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid() {
    return this.#child.pid;
  }

  async hear() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`a program has ended: ${this.#child.spawnargs.join(' ')}`);
    return value;
  }

  async ask(line) {
    this.#child.stdin.write(`${line}\n`);
    return this.hear();
  }

  async end() {
    this.#child.stdin.end();
    const [code] = await once(this.#child, 'exit');
    assert.equal(code, 0);
  }

  async kill() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

async function readWith(app, table, { name, writing, from, folder }, [start, backend], ids) {
  const reader = new Conversation(app, start, 'reader.mjs', backend, folder);
  const hear = async (line) => JSON.parse(await (line ? reader.ask(line) : reader.hear()));
  const told = await hear();
  assert.equal(told.code, 'LOCKED', JSON.stringify(told));
  assert.ok(told.message.includes(`process ${writing.pid} on host`), told.message);
  const { info, ...found } = await hear();
  assert.deepEqual(found, { ids: [...ids], best: ids.at(-1), refused: 'READ_ONLY' });
  for (let i = 0; i < 12; ++i) {
    const id = `${from}${ids.length}`;
    assert.equal(await writing.ask(id), id);
    ids.push(id);
    const copy = `${folder}-${from}-${ids.length}`;
    const { ids: seen, best, report } = await hear(i === 7 ? copy : 'refresh');
    assert.deepEqual([seen, best], [ids, id]);
    assert.equal(report.changes, 1);
  }
  await reader.end();
  table.addCheck(
    `${name} writes, ${info.runtime} reads`,
    info,
    undefined,
    `${ids.length} patterns`,
  );
}

export const shared = (app, table) =>
  inFreshFolder((scratch) =>
    shareOne(app, table, scratch).finally(() => {
      for (const it of Conversation.all) it.kill();
    }),
  );

async function shareOne(app, table, scratch) {
  const folder = path.join(scratch, 'store');
  const ids = [];
  for (const { name, writer, backend, readers } of ROUNDS) {
    // The one before was killed, and has left its lock.
    const writing = new Conversation(app, writer, 'writer.mjs', backend, folder);
    assert.equal(await writing.hear(), `open in process ${writing.pid}`);
    const first = `${name}${ids.length}`;
    assert.equal(await writing.ask(first), first);
    ids.push(first);
    for (const reader of readers)
      await readWith(app, table, { name, writing, from: name, folder }, reader, ids);
    await writing.kill();
  }
}
