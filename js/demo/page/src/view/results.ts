import type { PatternSearchResult, StoredPattern } from 'damask';
import { html, nothing, type TemplateResult } from 'lit-html';

import { addressOf, type View } from '../address.js';
import { factsOf, nameOf, shortDomain, titleOf } from '../naming.js';
import type { Answer } from '../search.js';

/** Where a test is and what it belongs to. */
function placeOf(pattern: StoredPattern): TemplateResult {
  const { path, line, class: name } = factsOf(pattern);
  return html`<dl class="facts">
    <div>
      <dt class="hidden">source</dt>
      <dd><code>${path}:${line}</code></dd>
    </div>
    ${
      name === ''
        ? nothing
        : html`<div>
            <dt class="hidden">class</dt>
            <dd>${name}</dd>
          </div>`
    }
    <div>
      <dt class="hidden">framework</dt>
      <dd>${pattern.framework ?? 'no framework'}</dd>
    </div>
  </dl>`;
}

function hit({ pattern, score }: PatternSearchResult, rank: number, view: View): TemplateResult {
  const { docstring, comment } = factsOf(pattern);
  const says = docstring || comment;
  return html`<li data-id=${pattern.id}>
    <a class="hit" href=${addressOf({ ...view, like: pattern.id })} title=${pattern.id}>
      <span class="rank">${rank}</span>
      <span class="title">${titleOf(pattern.id)}</span>
      <span class="domain">${shortDomain(pattern.domain)}</span>
      <span class="score" style="--score: ${Math.max(0, score)}">${score.toFixed(3)}</span>
      ${says === '' ? nothing : html`<span class="says">${says}</span>`}
    </a>
    ${placeOf(pattern)}
  </li>`;
}

/** The pattern whose neighbours are shown. */
function pickedCard(pattern: StoredPattern, view: View): TemplateResult {
  const { docstring, comment } = factsOf(pattern);
  const { like: _, ...back } = view;
  return html`<article class="picked" data-id=${pattern.id}>
    <h2><code>${nameOf(pattern.id)}</code></h2>
    <p class="in">${pattern.domain}</p>
    ${docstring || comment ? html`<p class="text">${docstring || comment}</p>` : nothing}
    ${placeOf(pattern)}
    <a class="back" href=${addressOf(back)}>
      ${back.question === undefined ? 'Close' : `Back to “${back.question}”`}
    </a>
  </article>`;
}

/** The answer to a view, best first. */
export function results({ hits, picked }: Answer, view: View): TemplateResult {
  const { filter: _, ...everywhere } = view;
  return html`
    ${picked === undefined ? nothing : pickedCard(picked, view)}
    ${picked === undefined ? nothing : html`<h2 class="like">Tests most like it</h2>`}
    ${
      hits.length > 0
        ? html`<ol class="hits">
            ${hits.map((each, index) => hit(each, index + 1, view))}
          </ol>`
        : html`<p class="empty">
            No test matches these filters.
            <a href=${addressOf({ ...everywhere, filter: {} })}>Search all of them</a>
          </p>`
    }
  `;
}

/** What is shown before the first question. */
export function welcome(questions: readonly string[]): TemplateResult {
  return html`<div class="welcome">
    <p>
      Say in a few words what a test should do, and the tests of CPython that come closest are
      listed here, each with its place on the map. Everything happens in this page: the words are
      not sent anywhere.
    </p>
    <p>For instance:</p>
    <ul>
      ${questions.map(
        (question) => html`<li><a href=${addressOf({ question, filter: {} })}>${question}</a></li>`,
      )}
    </ul>
    <p>Or choose a point on the map to see what is like it.</p>
  </div>`;
}

/** Rows that hold the place of results on their way. */
export function waiting(rows: number): TemplateResult {
  return html`<ol class="hits waiting" aria-hidden="true">
    ${Array.from({ length: rows }, () => html`<li><span></span><span></span></li>`)}
  </ol>`;
}

/** What went wrong, in a sentence. */
export function failure(message: string): TemplateResult {
  return html`<p class="failure" role="alert">${message}</p>`;
}
