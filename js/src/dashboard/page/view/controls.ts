import { html, nothing, type TemplateResult } from 'lit-html';
import type { View } from '../../observer.js';
import { isWriter } from '../../verdict.js';

/** What the page was asked to do, and how that went. */
export interface Work {
  busy: boolean;
  said?: string;
}

export interface Orders {
  heal: () => void;
  optimize: () => void;
}

/** Only what can be done: a reader changes nothing, and without the token nobody does. */
export function controls(
  view: View,
  hasToken: boolean,
  work: Work,
  orders: Orders,
): TemplateResult {
  if (!isWriter(view))
    return html`<p class="muted">
      This page reads beside the process that writes the store, and changes nothing.
    </p>`;
  if (!hasToken)
    return html`<p class="muted">
      To heal from here, open the page by the address with the token, which was printed at the
      start.
    </p>`;
  return html`<p class="buttons">
    <button type="button" ?disabled=${work.busy} @click=${orders.heal}>
      Look now and do what is needed
    </button>
    <button type="button" class="quiet" ?disabled=${work.busy} @click=${orders.optimize}>
      Give back deleted space
    </button>
    <span role="status">${work.busy ? 'Working. Searches go on.' : (work.said ?? nothing)}</span>
  </p>`;
}
