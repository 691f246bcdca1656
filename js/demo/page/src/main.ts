import { render } from 'lit-html';

import { App } from './app.js';
import { loadAtlas, type Atlas } from './atlas.js';
import { find } from './elements.js';
import { listenToKeys } from './keyboard.js';
import { startModel, type Model } from './model/client.js';
import { grouped } from './naming.js';
import { forget, openStore, type Opened } from './store.js';
import { origin } from './view/facts.js';
import { failure } from './view/results.js';

/** Where the page's own files are. */
const BASE = new URL('.', document.baseURI).href.replace(/\/$/, '');

const percent = (fraction: number) => `${Math.floor(100 * fraction)} %`;

const say = (where: 'store-status' | 'model-status', text: string) => {
  find(where).textContent = text;
};

function openModel(): Model {
  let outcome: string | undefined;
  const end = (text: string) => say('model-status', (outcome = text));
  const model = startModel(`${BASE}/model`, (fraction) => {
    // Other files of the model arrive when one has failed.
    if (outcome !== undefined) return;
    const fetching = `fetching the model, ${percent(fraction)}`;
    say('model-status', fraction < 1 ? fetching : 'starting the model');
  });
  model.ready.then(
    () => end('model ready'),
    (error: Error) => end(`the model could not be loaded: ${error.message}`),
  );
  return model;
}

async function open(atlas: Atlas): Promise<Opened> {
  say('store-status', `opening ${grouped(atlas.size)} tests`);
  const opened = await openStore(atlas, `${BASE}/tests.damask`, (fraction) => {
    say('store-status', `fetching ${grouped(atlas.size)} tests, ${percent(fraction)}`);
  });
  say('store-status', origin(opened, atlas.size));
  return opened;
}

function offerToForget({ store }: Opened): void {
  const button = find<HTMLButtonElement>('forget');
  button.hidden = false;
  button.addEventListener('click', async () => {
    button.disabled = true;
    await forget(store);
    location.reload();
  });
}

async function start(): Promise<void> {
  const model = openModel();
  const atlas = await loadAtlas(BASE);
  const opened = open(atlas);
  const store = opened.then((each) => each.store);
  const app = new App(atlas, store, model);
  listenToKeys();
  await Promise.all([app.start(), opened.then(offerToForget)]);
  // For the curious, at the console of the browser.
  Object.assign(globalThis, { damask: { store: await store, embed: model.embed } });
}

start().catch((error: Error) => {
  say('store-status', 'the store could not be opened');
  render(failure(error.message), find('results'));
});
