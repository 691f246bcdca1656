import { html, nothing, type TemplateResult } from 'lit-html';
import type { View } from '../../observer.js';
import { isWriter, newest, verdictOf } from '../../verdict.js';
import { adviceFor } from '../advice.js';
import { ago, moment } from '../format.js';

const HEADLINES = {
  healthy: 'The store is well',
  degraded: 'Something wants to be looked at',
  critical: 'The store does not do what it is for',
  unknown: 'Nothing is known of the store yet',
} as const;

const SYMBOLS = { healthy: '✓', degraded: '!', critical: '✕', unknown: '?' } as const;

/** How the store is, what is wrong in plain words, and what to do. */
export function status(view: View, now: number): TemplateResult {
  const { state, reasons } = verdictOf(view);
  return html`
    <div class="card state ${state}">
      <div role="status">
        <p class="headline">
          <span class="symbol" aria-hidden="true">${SYMBOLS[state]}</span>
          <strong>${HEADLINES[state]}</strong>
          <span class="badge">${state}</span>
        </p>
        ${
          reasons.length === 0
            ? nothing
            : html`<ul class="reasons">
                ${reasons.map(({ code, message }) => {
                  const advice = adviceFor(code, isWriter(view));
                  return html`<li>
                    <p>${sentence(message)} <code>${code}</code></p>
                    ${advice === undefined ? nothing : html`<p class="advice">What to do: ${advice}</p>`}
                  </li>`;
                })}
              </ul>`
        }
      </div>
      <p class="muted">${sampleAge(view, now)}</p>
    </div>
  `;
}

function sampleAge(view: View, now: number): TemplateResult {
  const sample = newest(view);
  const who = isWriter(view) ? 'This process writes the store.' : 'Read only.';
  if (sample === undefined)
    return html`${who} No health sample yet: one is taken as the store is used.`;
  return html`${who} Newest health sample:
    <time title=${moment(sample.at)}>${ago(sample.at, now)}</time>.`;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
