import type { ImplementationInfo, PatternStoreStats } from 'damask';
import { html, nothing, type TemplateResult } from 'lit-html';

import { grouped, milliseconds } from '../naming.js';
import type { Answer, Check } from '../search.js';
import type { Opened } from '../store.js';

/** Where the store came from, and how long it took. */
export function origin({ origin, milliseconds: took }: Opened, tests: number): string {
  return origin === 'browser'
    ? `opened ${grouped(tests)} tests from this browser in ${milliseconds(took)}`
    : `fetched ${grouped(tests)} tests in ${milliseconds(took)}, now kept in this browser`;
}

function verdict({ found, of, milliseconds: took }: Check): string {
  return `recall@${of} ${(found / of).toFixed(2)}, exact search took ${milliseconds(took)}`;
}

function checkOf(checked: Check | undefined, onCheck: () => void): TemplateResult {
  return checked === undefined
    ? html`<button type="button" id="check" @click=${onCheck}>Check against exact search</button>`
    : html`<span id="checked">${verdict(checked)}</span>`;
}

/** What an answer took, and the offer to check it. */
export function timing(
  { hits, embedding, searching }: Answer,
  checked: Check | undefined,
  onCheck: () => void,
): TemplateResult {
  return html`${
      embedding === undefined
        ? html`<span>vector already in the store</span>`
        : html`<span>embedded in <b>${milliseconds(embedding)}</b></span>`
    }
    <span title="from asking the worker to having its answer">
      found in <b id="searching">${milliseconds(searching)}</b>
    </span>
    ${hits.length === 0 ? nothing : checkOf(checked, onCheck)}`;
}

function row(name: string, value: string | undefined): TemplateResult | typeof nothing {
  return value === undefined
    ? nothing
    : html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`;
}

/** The engine at work, with its own measurements. */
export function engine(info: ImplementationInfo, stats: PatternStoreStats): TemplateResult {
  const { searches, p50LatencyUs } = stats;
  const median =
    p50LatencyUs === undefined
      ? undefined
      : `${p50LatencyUs.toFixed(0)} µs over ${grouped(searches)} ${searches === 1 ? 'search' : 'searches'}`;
  return html`${row('backend', info.type)} ${row('instruction set', info.instructionSet)}
  ${row('storage', info.storage)}
  ${row('index', `${stats.indexType}, ${grouped(stats.count)} × ${stats.dimension}`)}
  ${row('memory', `${(stats.memoryUsage / 1e6).toFixed(1)} MB`)}
  ${row('median in the engine', median)} ${row('damask', info.version)}`;
}
