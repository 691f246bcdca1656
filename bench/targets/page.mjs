// In a browser: window.measure(SETTINGS), which name what is to be fetched.
import * as damask from '../../js/dist/web.js';
import { measure } from './program.mjs';

const fetched = async (name) => (await fetch(name)).arrayBuffer();

window.measure = async (settings) => {
  const [snapshot, queries] = [await fetched(settings.snapshot), await fetched(settings.queries)];
  return measure(damask, new Uint8Array(snapshot), new Float32Array(queries), settings);
};
