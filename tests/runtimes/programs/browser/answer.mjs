// What both kinds of page workers do.
import { report } from '../report.mjs';

export function answerWith(damask) {
  self.onmessage = async ({ data: backends }) => {
    self.postMessage(await report(damask, backends));
  };
}
