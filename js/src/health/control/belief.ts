/** A value and how uncertain it is. */
export interface Prediction {
  mean: number;
  variance: number;
}

type Matrix = number[][];

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, it, i) => sum + it * (b[i] as number), 0);

/**
 * What is believed of the coefficients of a linear model: a normal distribution, narrowed by each
 * observation by recursive least squares in its Bayesian form (the Kalman filter of constant
 * coefficients: Ljung, "System Identification", 2nd ed. 1999, section 11.2). `forget` lets it widen
 * again, towards what was believed in the beginning and never beyond, so that a direction in which
 * nothing is seen does not wind up (stabilized forgetting: Kulhavy and Zarrop, "On a general concept of
 * forgetting", International Journal of Control 58, 1993).
 */
export class LinearBelief {
  readonly #mean: number[];
  #covariance: Matrix;
  readonly #prior: readonly number[];

  /** @param deviations standard deviations of the coefficients before anything was seen */
  constructor(mean: readonly number[], deviations: readonly number[]) {
    this.#mean = [...mean];
    this.#prior = deviations.map((it) => it * it);
    this.#covariance = this.#prior.map((variance, i) =>
      this.#prior.map((_, j) => (i === j ? variance : 0)),
    );
  }

  coefficient(i: number): Prediction {
    return { mean: this.#mean[i] as number, variance: this.#row(i)[i] as number };
  }

  /** What the model gives for these features. */
  predict(features: readonly number[]): Prediction {
    const variance = dot(features, this.#spread(features));
    return { mean: dot(features, this.#mean), variance: Math.max(0, variance) };
  }

  /** Takes in that the model's value for these features was seen as `value`, give or take. */
  observe(features: readonly number[], value: number, variance: number): void {
    const spread = this.#spread(features);
    const predicted = this.predict(features);
    const total = predicted.variance + variance;
    const surprise = value - predicted.mean;
    spread.forEach((it, i) => {
      this.#mean[i] = (this.#mean[i] as number) + (it / total) * surprise;
    });
    this.#covariance = this.#covariance.map((row, i) =>
      row.map((it, j) => it - ((spread[i] as number) * (spread[j] as number)) / total),
    );
  }

  /** Widens: `memory` is what stays of what was learned. (0, 1] */
  forget(memory: readonly number[]): void {
    this.#covariance = this.#covariance.map((row, i) =>
      row.map((it, j) => {
        const kept = Math.sqrt((memory[i] as number) * (memory[j] as number)) * it;
        return i === j ? kept + (1 - (memory[i] as number)) * (this.#prior[i] as number) : kept;
      }),
    );
  }

  /** One step of time for a level (coefficient `level`) that moves by a trend that fades. */
  advance(level: number, trend: number, fading: number): void {
    this.#mean[level] = (this.#mean[level] as number) + (this.#mean[trend] as number);
    this.#mean[trend] = (this.#mean[trend] as number) * fading;
    const stepped = (row: readonly number[]): number[] =>
      row.map((it, j) =>
        j === level ? it + (row[trend] as number) : j === trend ? it * fading : it,
      );
    const transposed = (matrix: Matrix): Matrix =>
      matrix.map((_, i) => matrix.map((row) => row[i] as number));
    this.#covariance = transposed(transposed(this.#covariance.map(stepped)).map(stepped));
  }

  /** Keeps a coefficient within what can be. */
  hold(i: number, least: number, most: number): void {
    this.#mean[i] = Math.min(most, Math.max(least, this.#mean[i] as number));
  }

  #row(i: number): number[] {
    return this.#covariance[i] as number[];
  }

  #spread(features: readonly number[]): number[] {
    return this.#covariance.map((row) => dot(row, features));
  }
}
