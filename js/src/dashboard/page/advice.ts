/* What a person can do about a reason. The message of the reason says what a program can do. */

/** Healing can mend these. */
const MENDED = ['UNREACHABLE', 'LOW_RECALL', 'SELF_MISSES', 'MORE_DISTANCES', 'TOMBSTONES'];

const ADVICE: Readonly<Record<string, string>> = {
  WRITING_ENDED:
    'see that the disk has room and can be written to, then open the store again. What was ' +
    'acknowledged is there.',
  TORN_BYTES:
    'nothing, if the process was killed or lost power: what was cut off was never acknowledged. ' +
    'Otherwise compare with a backup.',
  NOT_FOLLOWED:
    'see that the folder of the store is there and can be read. The page tries again by itself.',
  SLOW: 'lower targets.recall or hnsw.efSearch, or share the searches among more processes.',
};

/** Undefined where the reason itself says it all. */
export function adviceFor(code: string, writer: boolean): string | undefined {
  if (!MENDED.includes(code)) return ADVICE[code];
  return writer
    ? "press 'Look now and do what is needed' below; with healing: 'auto' the store does it by itself."
    : "wait, as its writer mends it by itself with healing: 'auto'; or call heal() there.";
}
