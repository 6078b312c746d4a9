/** Images a second: the way is short, and each should be seen. */
export const filmRate = 4;

/**
 * The frame that is shown after so many milliseconds of a film that runs to its end and back again,
 * without showing either end twice in a row.
 *
 * @param from the frame at which it began, on its way to the end
 */
export function filmFrame({
  elapsed,
  count,
  from = 0,
}: {
  readonly elapsed: number;
  readonly count: number;
  readonly from?: number;
}): number {
  if (count < 2) return 0;
  const period = 2 * (count - 1);
  const position = (from + Math.floor((elapsed * filmRate) / 1000)) % period;
  return position < count ? position : period - position;
}
