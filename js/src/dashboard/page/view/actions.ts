import { html, nothing, type TemplateResult } from 'lit-html';
import type { HealingAction, HealingFigures } from '../../../health/shape.js';
import { bytes, count, milliseconds, moment, percent } from '../format.js';

const KINDS: Readonly<Record<HealingAction['kind'], string>> = {
  'raise-ef': 'Search wider',
  repair: 'Repair links',
  compact: 'Compact',
  rebuild: 'Rebuild',
  snapshot: 'Write a snapshot',
};

const OUTCOMES: Readonly<Record<HealingAction['outcome'], string>> = {
  kept: 'kept',
  'rolled-back': 'undone: it made something worse',
  stopped: 'stopped',
  failed: 'failed',
  suggested: 'suggested only',
};

/** What people look at on a page; the rest is in /api/actions. */
const SHOWN = 50;

/** What was done for the store, the newest first. */
export function actions(all: readonly HealingAction[]): TemplateResult {
  if (all.length === 0)
    return html`<p class="card empty">Nothing was done for the store yet, nor suggested.</p>`;
  return html`<div class="card scroll">
    <table>
      <thead>
        <tr>
          ${['When', 'What', 'Why', 'Before and after', 'Cost', 'Outcome'].map(
            (it) => html`<th scope="col">${it}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${all.slice(-SHOWN).reverse().map(row)}
      </tbody>
    </table>
    ${
      all.length > SHOWN
        ? html`<p class="muted">The newest ${SHOWN} of ${count(all.length)}.</p>`
        : nothing
    }
  </div>`;
}

function row(action: HealingAction): TemplateResult {
  const { kind, at, because, outcome, before, after, cost, message } = action;
  return html`<tr>
    <td data-label="When"><time>${moment(at)}</time></td>
    <td data-label="What">${KINDS[kind]}</td>
    <td data-label="Why">${because}</td>
    <td data-label="Before and after">${changes(before, after)}</td>
    <td data-label="Cost">${cost === undefined ? 'none' : priceOf(cost)}</td>
    <td data-label="Outcome">
      <div>
        <span class="outcome ${outcome}">${OUTCOMES[outcome]}</span>
        ${message === undefined ? nothing : html`<br />${message}`}
      </div>
    </td>
  </tr>`;
}

function priceOf({
  busyMs,
  longestPauseMs,
  peakBytes,
}: NonNullable<HealingAction['cost']>): string {
  return (
    `${milliseconds(busyMs)} of work, longest pause ${milliseconds(longestPauseMs)}, ` +
    `${bytes(peakBytes)} beside the store`
  );
}

const FIGURES: readonly [keyof HealingFigures, string, (value: number) => string][] = [
  ['recall', 'recall', percent],
  ['selfMisses', 'self misses', percent],
  ['unreachable', 'unreachable', count],
  ['tombstones', 'deleted', count],
  ['distancesPerSearch', 'distances per search', count],
  ['memoryBytes', 'memory', bytes],
  ['ef', 'ef', count],
];

/** What was measured at both ends and differs; all that was measured where nothing was done. */
function changes(before: HealingFigures, after: HealingFigures | undefined): TemplateResult {
  const rows = FIGURES.flatMap(([field, name, format]) => {
    const [old, now] = [before[field], after?.[field]];
    if (old === undefined) return [];
    if (after === undefined) return [html`<li>${name} ${format(old)}</li>`];
    if (now === undefined || now === old) return [];
    return [html`<li>${name} ${format(old)} → ${format(now)}</li>`];
  });
  return rows.length > 0
    ? html`<ul class="changes">
        ${rows}
      </ul>`
    : html`no figure changed`;
}
