/** A score in Elo points, with its sign: `"+12"`. */
export function pointsText(value: number): string {
  const sign = Math.round(value) === 0 ? "" : value < 0 ? "\u2212" : "+";
  return sign + Math.abs(value).toFixed(0);
}

/** The ends of an interval; a dash if there is none. */
export function intervalText(interval: readonly [low: number, high: number] | null): string {
  return interval ? `${pointsText(interval[0])} to ${pointsText(interval[1])}` : "\u2013";
}

/** A chance between 0 and 1 in percent; a dash if there is none. */
export function chanceText(chance: number | null): string {
  return chance === null ? "\u2013" : `${(chance * 100).toFixed(0)} %`;
}

/** E.g. `"1,204 votes by 3 raters."` */
export function votesText(votes: number, raters: number): string {
  const cast = `${votes.toLocaleString("en")} ${votes === 1 ? "vote" : "votes"}`;
  return `${cast} by ${raters} ${raters === 1 ? "rater" : "raters"}.`;
}
