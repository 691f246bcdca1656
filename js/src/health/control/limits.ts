/** The part of the time that repairing may take where nothing speaks against it. */
export const REPAIR_SHARE = 0.1;

/** The largest factor by which one decision changes ef, so that one odd horizon does little harm. */
export const LARGEST_MOVE = 2;

/** Results to be compared before a controller first moves: ten searches of ten. */
export const FEWEST_TRIALS = 100;

/** Chance in a horizon of fewer searches is taken to be that of so many: a quiet hour is no reason to pay
 * for more certainty. */
export const FEWEST_SEARCHES = 100;

export const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, value));
