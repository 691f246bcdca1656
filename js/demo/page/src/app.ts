import type { IPatternStore } from 'damask';
import { render } from 'lit-html';

import { BUILT_IN_QUESTIONS } from '../../lib/questions.mjs';
import { addressOf, readView, type View } from './address.js';
import type { Atlas } from './atlas.js';
import { find } from './elements.js';
import { PatternMap } from './map/pattern_map.js';
import type { Model } from './model/client.js';
import { answer, check, K, type Answer, type Check } from './search.js';
import { engine, timing } from './view/facts.js';
import { Filters } from './view/filters.js';
import { legend, tooltip } from './view/on_map.js';
import { failure, results, waiting, welcome } from './view/results.js';

/** The page at work: it shows what its address says. */
export class App {
  readonly #store: Promise<IPatternStore>;
  readonly #model: Model;
  readonly #filters: Filters;
  readonly #map: PatternMap;
  readonly #input = find<HTMLInputElement>('question');
  readonly #results = find('results');
  #view: View = { filter: {} };

  constructor(atlas: Atlas, store: Promise<IPatternStore>, model: Model) {
    this.#store = store;
    this.#model = model;
    this.#filters = new Filters(find('filters'), atlas, () => {
      this.#go({ ...this.#view, filter: this.#filters.read() });
    });
    this.#map = new PatternMap(find('map'), find('ring'), atlas, {
      onPick: (like) => this.#go({ ...this.#view, like }),
      describe: (id, whole) => {
        void store.then(async (opened) => whole(tooltip(id, await opened.getPattern(id))));
        return tooltip(id, null);
      },
    });
    this.#listen();
  }

  /** Shows what the address says, and the engine that is at work. */
  async start(): Promise<void> {
    await Promise.all([this.#show(), this.#showEngine()]);
  }

  async #show(): Promise<void> {
    const view = readView(location.hash);
    this.#view = view;
    this.#hint('');
    this.#input.value = view.question ?? '';
    this.#results.setAttribute('aria-busy', 'true');
    try {
      this.#filters.show(view.filter);
      if (view.question === undefined && view.like === undefined)
        this.#showNothing(welcome(BUILT_IN_QUESTIONS));
      else await this.#showAnswer(view);
    } catch (error) {
      if (this.#view === view) this.#showNothing(failure((error as Error).message));
    }
    if (this.#view === view) this.#results.removeAttribute('aria-busy');
  }

  #showNothing(instead: unknown): void {
    render(instead, this.#results);
    render('', find('timing'));
    this.#map.show([], undefined, this.#view.filter);
    render(legend(0, false), find('legend'));
  }

  async #showAnswer(view: View): Promise<void> {
    if (this.#results.querySelector('.hits') === null) render(waiting(K), this.#results);
    const store = await this.#store;
    const given = await answer(store, this.#model, view);
    // A newer view has taken the page meanwhile.
    if (this.#view !== view) return;
    const { hits, picked } = given;
    render(results(given, view), this.#results);
    this.#showTiming(store, view, given);
    this.#map.show(
      hits.map((hit) => hit.pattern.id),
      picked?.id,
      view.filter,
    );
    render(legend(hits.length, picked !== undefined), find('legend'));
    this.#results.querySelector('.picked')?.scrollIntoView({ block: 'nearest' });
    await this.#showEngine();
  }

  #showTiming(store: IPatternStore, view: View, given: Answer, checked?: Check): void {
    const onCheck = async () => {
      const compared = await check(store, view, given);
      if (this.#view === view) this.#showTiming(store, view, given, compared);
    };
    render(
      timing(given, checked, () => void onCheck()),
      find('timing'),
    );
  }

  async #showEngine(): Promise<void> {
    const store = await this.#store;
    render(engine(store.getImplementationInfo(), await store.getStats()), find('engine'));
  }

  #go(view: View): void {
    this.#results.setAttribute('aria-busy', 'true');
    const address = addressOf(view);
    if (address === location.hash) void this.#show();
    else location.hash = address;
  }

  #ask(): void {
    const question = this.#input.value.trim();
    if (question === '') {
      this.#hint('Say in a few words what the test should do.');
      this.#input.focus();
      return;
    }
    // A phone's keyboard would cover the answer.
    if (matchMedia('(pointer: coarse)').matches) this.#input.blur();
    this.#go({ question, filter: this.#filters.read() });
  }

  #hint(text: string): void {
    find('hint').textContent = text;
    this.#input.setAttribute('aria-invalid', String(text !== ''));
  }

  #listen(): void {
    window.addEventListener('hashchange', () => void this.#show());
    find('form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#ask();
    });
    for (const button of document.querySelectorAll<HTMLElement>('[data-zoom]')) {
      const step = Number(button.dataset['zoom']);
      button.addEventListener('click', () =>
        step === 0 ? this.#map.reset() : this.#map.zoom(step),
      );
    }
    for (const type of ['pointerover', 'focusin'])
      this.#results.addEventListener(type, this.#point);
    for (const type of ['pointerleave', 'focusout'])
      this.#results.addEventListener(type, () => this.#map.mark(undefined));
  }

  /** Makes the hit under the pointer or the focus stand out on the map. */
  readonly #point = ({ target }: Event): void => {
    const item = (target as Element).closest<HTMLElement>('li[data-id]');
    this.#map.mark(item?.dataset['id']);
  };
}
