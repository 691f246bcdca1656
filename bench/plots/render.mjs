// Specifications to SVG, by Vega, without a browser.
import { createHash } from 'node:crypto';

/** Tells a picture's specification: Vega draws the same from the same. */
export function hashOf(spec) {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16);
}

export const markOf = (spec) => `<!-- drawn from ${hashOf(spec)} -->`;

export async function render(spec) {
  const vega = await import('vega');
  const { compile } = await import('vega-lite');
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n${markOf(spec)}\n`;
}
