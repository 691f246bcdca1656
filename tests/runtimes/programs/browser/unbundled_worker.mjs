// Import maps do not reach into workers.
import * as damask from '../node_modules/damask/dist/web.js';
import { answerWith } from './answer.mjs';

answerWith(damask);
