import type {
  DurabilityHealth,
  HealthReason,
  PatternStoreStats,
  RecoveredChanges,
  StoreHealth,
} from '../interface.js';
import type { Persister } from './persister.js';

interface Watched {
  persister: Persister | undefined;
  follower: { generation: number } | undefined;
  recovered: RecoveredChanges;
}

const UNSTORED: DurabilityHealth = {
  policy: 'none',
  pendingChanges: 0,
  pendingBytes: 0,
  generation: 0,
  journalBytes: 0,
  compacting: false,
};

/** How what is written of a store is. */
export function durabilityOf({
  persister,
  follower,
  recovered,
}: Watched): Omit<StoreHealth, 'writer'> {
  const durability = persister?.health() ?? {
    ...UNSTORED,
    generation: follower?.generation ?? 0,
  };
  const { failure } = durability;
  const reasons: HealthReason[] = [];
  if (failure !== undefined)
    reasons.push({
      code: 'WRITING_ENDED',
      message: `a write failed, and no change is taken any more until the store is opened again: ${failure.message}`,
    });
  if (recovered.tornBytes > 0)
    reasons.push({
      code: 'TORN_BYTES',
      message:
        `the last ${recovered.tornBytes} bytes of the journal were dropped when the store was opened: ` +
        'a write that did not finish, or damage to the last write',
    });
  const state = failure !== undefined ? 'critical' : reasons.length > 0 ? 'degraded' : 'healthy';
  return { state, reasons, durability };
}

export function pendingOf(
  persister: Persister | undefined,
): Pick<PatternStoreStats, 'pendingChanges' | 'pendingBytes'> {
  const { pendingChanges, pendingBytes } = persister?.health() ?? UNSTORED;
  return { pendingChanges, pendingBytes };
}
