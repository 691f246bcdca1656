import { transfer } from 'comlink';

/** A signal that can be sent to a worker: a port that says one thing, once. */
export function sendSignal(signal: AbortSignal): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const fire = (): void => {
    port1.postMessage('abort');
    port1.close();
  };
  if (signal.aborted) fire();
  else signal.addEventListener('abort', fire, { once: true });
  return transfer(port2, [port2]);
}

/** The signal behind a port. */
export function receiveSignal(port: MessagePort): AbortSignal {
  const controller = new AbortController();
  port.onmessage = () => {
    controller.abort();
    port.close();
  };
  return controller.signal;
}
