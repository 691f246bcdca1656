import { html, type TemplateResult } from 'lit-html';
import type { View } from '../../observer.js';
import { theme } from '../theme.js';

export type Link = 'waiting' | 'live' | 'lost' | 'refused';

const LINKS: Readonly<Record<Link, string>> = {
  waiting: 'connecting',
  live: 'live',
  lost: 'connection lost, trying again',
  refused: 'token needed',
};

export function header(view: View | undefined, link: Link, turn: () => void): TemplateResult {
  const chosen = theme();
  return html`
    <div class="name">
      <h1>${view?.title ?? 'damask'}</h1>
      ${
        view &&
        html`<p class="muted">
          ${view.info.type} (${view.info.instructionSet}) · damask ${view.info.version} ·
          ${view.info.runtime}
        </p>`
      }
    </div>
    <p class="link ${link}" role="status">${LINKS[link]}</p>
    <button type="button" class="quiet" @click=${turn}>Colours: ${chosen}</button>
  `;
}
