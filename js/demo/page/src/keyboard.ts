import { find } from './elements.js';

/** Moves the focus to the hit before or after the focused one; from elsewhere, to the first. */
function moveAmongHits(step: 1 | -1): boolean {
  const hits = [...document.querySelectorAll<HTMLElement>('a.hit')];
  const at = hits.findIndex((hit) => hit === document.activeElement);
  if (at < 0 && document.activeElement !== find('question')) return false;
  const next = at < 0 ? hits[0] : hits[at + step];
  next?.focus();
  return next !== undefined;
}

function press(key: string): boolean {
  const typing = document.activeElement?.matches('input, select') ?? false;
  switch (key) {
    case 'ArrowDown':
      return moveAmongHits(1);
    case 'ArrowUp':
      return moveAmongHits(-1);
    case '/':
      if (!typing) find<HTMLInputElement>('question').select();
      return !typing;
    case 'Escape': {
      const back = typing ? null : document.querySelector<HTMLElement>('a.back');
      back?.click();
      return back !== null;
    }
    default:
      return false;
  }
}

/** '/' goes to the question, the arrows walk the hits, Escape goes back from a chosen test. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (press(event.key)) event.preventDefault();
  });
}
