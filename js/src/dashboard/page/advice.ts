/* What a person can do about a reason. Reasons that say it themselves are not here. */

const ADVICE: Readonly<Record<string, string>> = {
  WRITING_ENDED:
    'see that the disk has room and can be written to, then open the store again. What was ' +
    'acknowledged is there.',
  TORN_BYTES:
    'nothing, if the process was killed or lost power: what was cut off was never acknowledged. ' +
    'Otherwise compare with a backup.',
  NOT_FOLLOWED:
    'see that the folder of the store is there and can be read; the page tries again by itself.',
};

export function adviceFor(code: string): string | undefined {
  return ADVICE[code];
}
