import { html, nothing, render } from 'lit-html';
import type { View } from '../observer.js';
import { Charts } from './charts/charts.js';
import { Connection } from './connection.js';
import { updated } from './model.js';
import { followTheme, turnTheme } from './theme.js';
import { actions } from './view/actions.js';
import { askToken } from './view/ask_token.js';
import { controls, type Work } from './view/controls.js';
import { details } from './view/details.js';
import { header, type Link } from './view/header.js';
import { status } from './view/status.js';
import { tiles } from './view/tiles.js';

function part(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** "12 s ago" must not stand still while nothing arrives. */
const CLOCK_MS = 5000;

const connection = new Connection();
const charts = new Charts(part('charts'));
let view: View | undefined;
let link: Link = 'waiting';
let work: Work = { busy: false };

function turn(): void {
  turnTheme();
  charts.redraw();
  show();
}

async function order(path: string, tell: (body: Record<string, unknown>) => string): Promise<void> {
  work = { busy: true };
  show();
  try {
    work = { busy: false, said: tell(await connection.post(path)) };
  } catch (error) {
    work = { busy: false, said: `It was refused: ${(error as Error).message}` };
  }
  show();
}

const orders = {
  heal: () =>
    void order('api/heal', ({ actions: done }) =>
      (done as unknown[]).length === 0 ? 'Nothing needs to be done.' : 'Done: see below.',
    ),
  optimize: () => void order('api/optimize', () => 'Done.'),
};

function follow(): void {
  connection.follow({
    onView: (received) => {
      view = received;
      show();
      charts.show(view);
    },
    onUpdate: (update) => {
      if (view === undefined) return;
      view = updated(view, update);
      show();
      if (update.history.length > 0 || update.size) charts.show(view);
    },
    onLink: (now) => {
      link = now;
      show();
    },
  });
}

function useToken(token: string): void {
  connection.useToken(token);
  link = 'waiting';
  follow();
  show();
}

function show(): void {
  const now = Date.now();
  render(header(view, link, turn), part('header'));
  document.body.dataset['shows'] = view === undefined ? 'nothing' : 'store';
  if (view === undefined) {
    const waiting = html`<p class="card empty">Waiting for the first look at the store.</p>`;
    render(link === 'refused' ? askToken(useToken) : waiting, part('status'));
    return;
  }
  document.title = `${view.title}: damask`;
  render(status(view, now), part('status'));
  render(tiles(view), part('tiles'));
  render(controls(view, connection.hasToken, work, orders), part('controls'));
  render(actions(view.actions), part('actions'));
  render(details(view), part('details'));
}

render(nothing, part('status'));
followTheme(() => {
  charts.redraw();
  show();
});
show();
follow();
setInterval(show, CLOCK_MS);
