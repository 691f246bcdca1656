/* What a page's worker runs. */
import { expose } from 'comlink';
import { transferErrors } from './worker/errors.js';
import { WorkerHost } from './worker/host.js';

transferErrors();
expose(new WorkerHost());
