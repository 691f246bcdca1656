/** Standard errors that the slope must be away from zero to count. */
const ERRORS = 4;

/**
 * How much a series grew over its second half: a straight line is laid through it, as the first half
 * is warming up. `grows` when the line rises by more than the scatter around it explains and by more
 * than `tolerance` of the mean.
 */
export function growthOf(series, tolerance) {
  const half = series.slice(Math.floor(series.length / 2));
  const count = half.length;
  const mean = half.reduce((sum, y) => sum + y, 0) / count;
  const middle = (count - 1) / 2;
  const spread = half.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const slope = half.reduce((sum, y, i) => sum + (i - middle) * (y - mean), 0) / spread;
  const scatter = half.reduce((sum, y, i) => sum + (y - mean - slope * (i - middle)) ** 2, 0);
  const error = Math.sqrt(scatter / (count - 2) / spread);
  const growth = slope * (count - 1);
  return {
    ...{ mean, growth, last: half[count - 1] },
    grows: slope > ERRORS * error && growth > tolerance * mean,
  };
}

/** Fewer samples than this say nothing about a slope. */
export const LEAST_SAMPLES = 12;
