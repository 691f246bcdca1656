/* What a page's worker runs. */
import { expose, type Endpoint } from 'comlink';
import { guarded } from './worker/endpoint.js';
import { transferErrors } from './worker/errors.js';
import { HOST_METHODS, WorkerHost } from './worker/host.js';

transferErrors();
expose(new WorkerHost(), guarded(globalThis as unknown as Endpoint, HOST_METHODS));
