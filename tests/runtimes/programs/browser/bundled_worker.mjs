import * as damask from 'damask';
import { answerWith } from './answer.mjs';

answerWith(damask);
