import { describe, expect, it } from "vitest";
import { duration } from "./duration.ts";
import { progressDisplay } from "./progress-display.ts";
import { progressLine } from "./progress-line.ts";
import { RateEstimator } from "./rate-estimator.ts";

describe("durations", () => {
  it.each([
    [0, "0.0 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.6, "1 min 0 s"],
    [312, "5 min 12 s"],
    [3599.7, "1 h 0 min"],
    [4320, "1 h 12 min"],
    [86_399, "1 d 0 h"],
    [183_600, "2 d 3 h"],
    [Number.NaN, "unknown"],
  ])("of %d seconds read %j", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe("the progress line", () => {
  it("tells what is known", () => {
    const progress = {
      step: 1200,
      steps: 6000,
      loss: 0.06123,
      gradientNorm: 0.4099,
      samplesPerSecond: 39.84,
      eta: 4320,
      skipped: 2,
    };
    expect(progressLine(progress)).toBe(
      "step 1200/6000  loss 0.0612  grad 0.41  39.8 samples/s  eta 1 h 12 min  skipped 2",
    );
  });

  it("leaves out what is not, and shows numbers that went wrong", () => {
    expect(
      progressLine({ step: 7, steps: 6000, loss: Number.NaN, gradientNorm: 123.4, skipped: 0 }),
    ).toBe("step    7/6000  loss NaN  grad 123");
    expect(progressLine({ step: 7, steps: 9, loss: 1.234e-7, samplesPerSecond: 0 })).toBe(
      "step 7/9  loss 1.23e-7  0 samples/s",
    );
  });
});

describe("the rate", () => {
  it("is the plain mean while it is steady, from the second update on", () => {
    const rate = new RateEstimator({ halfLife: 10 });
    rate.update(5, 100);
    expect(rate.secondsFor(1)).toBeUndefined();
    for (let step = 6; step < 50; step++) {
      rate.update(step, 100 + (step - 5) * 2);
      expect(rate.perSecond).toBeCloseTo(0.5, 12);
    }
    expect(rate.secondsFor(100)).toBeCloseTo(200, 9);
  });

  it("is half way to a new speed after a half-life of it", () => {
    const rate = new RateEstimator({ halfLife: 10 });
    for (let second = 0; second <= 1000; second++) rate.update(second, second);
    for (let second = 1; second <= 10; second++) rate.update(1000 + 3 * second, 1000 + second);
    expect(rate.perSecond).toBeCloseTo(2, 6);
  });
});

describe("the progress display", () => {
  function shown(
    isTTY: boolean,
    use: (display: ReturnType<typeof progressDisplay>, clock: { now: number }) => void,
  ): string {
    let text = "";
    const clock = { now: 0 };
    const write = (part: string) => {
      text += part;
    };
    use(progressDisplay({ isTTY, columns: 14, write }, { every: 30, now: () => clock.now }), clock);
    return text;
  }

  it("rewrites one line on a terminal, cut to its width, with notes above it", () => {
    const text = shown(true, (display, clock) => {
      display.update({ step: 1, steps: 9, loss: 0.5 });
      display.update({ step: 2, steps: 9, loss: 0.4 }); // too soon to be seen
      display.note("a note");
      clock.now = 1;
      display.update({ step: 3, steps: 9 });
      display.end();
      display.end();
    });
    expect(text).toBe(
      "\r\x1b[2Kstep 1/9  los\r\x1b[2Ka note\n\r\x1b[2Kstep 2/9  los\r\x1b[2Kstep 3/9\n",
    );
  });

  it("writes a line every so many seconds where there is no terminal, and the last", () => {
    const text = shown(false, (display, clock) => {
      for (let step = 1; step <= 8; step++) {
        clock.now = step * 10;
        display.update({ step, steps: 9 });
      }
      display.end();
    });
    expect(text).toBe("step 1/9\nstep 4/9\nstep 7/9\nstep 8/9\n");
  });
});
