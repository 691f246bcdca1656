import { transfer } from 'comlink';
import type { Progress, WorkOptions } from '../interface.js';

/** Options of long work as they cross to a worker: the signal and the callback each as a port. */
export interface SentWork {
  signalPort?: MessagePort;
  progressPort?: MessagePort;
}

/** The page's end. */
export function sendWork({ signal, onProgress }: WorkOptions): SentWork {
  const work: SentWork = {};
  if (signal) work.signalPort = sendSignal(signal);
  if (onProgress) work.progressPort = sendProgress(onProgress);
  return transfer(work, Object.values(work) as MessagePort[]);
}

/** The worker's end: runs work with the options that were sent. */
export async function withWork<T>(
  { signalPort, progressPort }: SentWork,
  run: (options: WorkOptions) => Promise<T>,
): Promise<T> {
  const options: WorkOptions = {};
  if (signalPort) options.signal = receiveSignal(signalPort);
  if (progressPort)
    options.onProgress = (progress) => {
      progressPort.postMessage(progress);
    };
  try {
    return await run(options);
  } finally {
    // What was posted still arrives.
    signalPort?.close();
    progressPort?.close();
  }
}

/** A port that says one thing, once. */
function sendSignal(signal: AbortSignal): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const fire = (): void => {
    port1.postMessage('abort');
  };
  if (signal.aborted) fire();
  else signal.addEventListener('abort', fire, { once: true });
  return port2;
}

function receiveSignal(port: MessagePort): AbortSignal {
  const controller = new AbortController();
  port.onmessage = () => {
    controller.abort();
  };
  return controller.signal;
}

function sendProgress(onProgress: (progress: Progress) => void): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<Progress>) => {
    onProgress(data);
  };
  return port2;
}
