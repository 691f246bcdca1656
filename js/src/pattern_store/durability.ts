import type { PatternStoreConfig } from '../config/shape.js';
import type { Durability } from '../interface.js';

/** A policy with every figure that it needs. */
export type Policy =
  { policy: 'always' } | { policy: 'interval'; ms: number; bytes: number } | { policy: 'manual' };

const INTERVAL_MS = 1000;
const INTERVAL_BYTES = 1 << 20;

/** The policy of a configuration whose fields were checked. */
export function policyOf({
  durability = 'always',
}: Pick<PatternStoreConfig, 'durability'>): Policy {
  const { policy, ...limits } =
    typeof durability === 'string' ? { policy: durability } : durability;
  if (policy !== 'interval') return { policy };
  const { ms = INTERVAL_MS, bytes = INTERVAL_BYTES } = limits as Limits;
  return { policy, ms, bytes };
}

type Limits = Omit<Extract<Durability, { policy: 'interval' }>, 'policy'>;
