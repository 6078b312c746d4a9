/**
 * How fast something goes, smoothed: of what happened `halfLife` seconds ago, half counts. Both the
 * amounts and the times fade, so that the first estimate is as unbiased as a later one.
 *
 * @example `rate.update(step, seconds); const left = rate.secondsFor(steps - step);`
 */
export class RateEstimator {
  readonly #halfLife: number;
  #last: { readonly done: number; readonly at: number } | undefined;
  #amount = 0;
  #seconds = 0;

  constructor({ halfLife = 60 }: { readonly halfLife?: number } = {}) {
    this.#halfLife = halfLife;
  }

  /**
   * `done` in all at `at` seconds from any fixed moment. The first call only says where it begins:
   * what comes before it (compiling, warming up) does not count.
   */
  update(done: number, at: number): void {
    if (this.#last) {
      const elapsed = Math.max(at - this.#last.at, 0);
      const fading = 0.5 ** (elapsed / this.#halfLife);
      this.#amount = this.#amount * fading + (done - this.#last.done);
      this.#seconds = this.#seconds * fading + elapsed;
    }
    this.#last = { done, at };
  }

  /** A second; undefined where nothing is known yet. */
  get perSecond(): number | undefined {
    return this.#seconds > 0 && this.#amount > 0 ? this.#amount / this.#seconds : undefined;
  }

  /** Seconds that this much more will take; undefined where nothing is known yet. */
  secondsFor(amount: number): number | undefined {
    return this.perSecond === undefined ? undefined : amount / this.perSecond;
  }
}
