/** What the Create page asks for: also what a link and an image's file carry. */
export interface ImageRequest {
  readonly prompt: string;
  readonly seed: number;
  readonly count: number;
  readonly steps: number;
  readonly guidance: number;
}

export const defaultRequest: ImageRequest = {
  prompt: "red apple, 3d render",
  seed: 7,
  count: 2,
  steps: 20,
  guidance: 5,
};

const ranges = {
  seed: [0, 2 ** 32 - 1],
  count: [1, 4],
  steps: [2, 50],
  guidance: [1, 10],
} as const;

/** The request with what was given, as far as it is usable: links and files come from anyone. */
export function readRequest(
  given: Readonly<Record<string, unknown>>,
  otherwise = defaultRequest,
): ImageRequest {
  const number = (name: keyof typeof ranges) => {
    const [least, most] = ranges[name];
    const value =
      given[name] === undefined || given[name] === null || given[name] === ""
        ? Number.NaN
        : Number(given[name]);
    const whole = name === "guidance" ? value : Math.round(value);
    return Number.isFinite(value) ? Math.min(most, Math.max(least, whole)) : otherwise[name];
  };
  const prompt =
    typeof given.prompt === "string" ? given.prompt.slice(0, 20_000) : otherwise.prompt;
  return {
    prompt,
    seed: number("seed"),
    count: number("count"),
    steps: number("steps"),
    guidance: number("guidance"),
  };
}

/** A link that opens the page with these settings. */
export function shareLink(request: ImageRequest, page: string): string {
  const address = new URL(page);
  address.search = new URLSearchParams(
    Object.entries(request).map(([name, value]) => [name, String(value)]),
  ).toString();
  address.hash = "#/";
  return address.href;
}

/** The settings of the link that the page was opened with. */
export function requestOfLink(page: string): ImageRequest {
  return readRequest(Object.fromEntries(new URL(page).searchParams));
}
