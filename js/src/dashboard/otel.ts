import { InvalidArgumentError, UnsupportedError } from '../errors.js';
import { FIGURES } from './figures.js';
import type { View } from './observer.js';

/** What an instrument of OpenTelemetry calls back with. */
export interface OtelResult {
  observe(value: number, attributes?: Record<string, string>): void;
}

/** An instrument of OpenTelemetry that is asked for its values. */
export interface OtelInstrument {
  addCallback(callback: (result: OtelResult) => void): void;
  removeCallback(callback: (result: OtelResult) => void): void;
}

/** The part of OpenTelemetry's Meter that is used here. */
export interface OtelMeter {
  createObservableGauge(
    name: string,
    options?: { description?: string; unit?: string },
  ): OtelInstrument;
  createObservableCounter(
    name: string,
    options?: { description?: string; unit?: string },
  ): OtelInstrument;
}

/**
 * Reports the figures through a meter, under their Prometheus names without `_total`, which exporters
 * append. Returns what ends it.
 */
export function report(meter: OtelMeter, view: () => View): () => void {
  const ends = FIGURES.map(({ name, kind, unit, help, read }) => {
    const about = { description: help, unit };
    const instrument =
      kind === 'gauge'
        ? meter.createObservableGauge(name, about)
        : meter.createObservableCounter(name.replace(/_total$/, ''), about);
    const callback = (result: OtelResult): void => {
      for (const { value, labels } of read(view())) result.observe(value, { ...labels });
    };
    instrument.addCallback(callback);
    return () => {
      instrument.removeCallback(callback);
    };
  });
  return () => {
    for (const end of ends) end();
  };
}

/** The meter that was given, or the global one. Throws UnsupportedError where there is none. */
export async function meterOf(otel: true | OtelMeter, version: string): Promise<OtelMeter> {
  if (otel !== true) {
    for (const method of ['createObservableGauge', 'createObservableCounter'] as const)
      if (typeof otel[method] !== 'function')
        throw new InvalidArgumentError(`options.otel must be a meter: it has no ${method}`);
    return otel;
  }
  try {
    const { metrics } = await import('@opentelemetry/api');
    return metrics.getMeter('damask', version);
  } catch (cause) {
    throw new UnsupportedError('otel: true needs the package @opentelemetry/api: install it', {
      cause,
    });
  }
}
