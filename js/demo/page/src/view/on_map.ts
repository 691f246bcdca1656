import type { StoredPattern } from 'damask';
import { format } from 'echarts/core';
import { html, nothing, type TemplateResult } from 'lit-html';

import { factsOf, shortDomain, titleOf } from '../naming.js';

/** Characters of a test's own words that fit beside the pointer. */
const EXCERPT = 140;

/** What is said of the test under the pointer, as HTML. */
export function tooltip(id: string, pattern: StoredPattern | null): string {
  const name = `<b>${format.encodeHTML(titleOf(id))}</b>`;
  if (pattern === null) return name;
  const { docstring, comment } = factsOf(pattern);
  const says = docstring || comment;
  const excerpt = says.length > EXCERPT ? `${says.slice(0, EXCERPT).trimEnd()}…` : says;
  const parts = [shortDomain(pattern.domain), excerpt].filter(Boolean).map(format.encodeHTML);
  return [name, ...parts].join('<br>');
}

/** What the colours of the map mean. */
export function legend(hits: number, picked: boolean): TemplateResult {
  return html`<span class="of-pattern">a test, near those like it</span>
    ${hits === 0 ? nothing : html`<span class="of-hit">the ${hits} best, by rank</span>`}
    ${picked ? html`<span class="of-picked">the one chosen</span>` : nothing}`;
}
