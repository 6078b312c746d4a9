/** The server will never take this request. Any other answer may change. */
export class Refusal extends Error {}

/** The server cannot answer now. */
export class Outage extends Error {}

const refusals: readonly number[] = [400, 409, 410];
const longestWait = 15_000; // milliseconds

/**
 * Sends JSON to this page's server.
 *
 * @throws Refusal, Outage; what `fetch` throws if there is no connection
 */
export async function post<Answer>(path: string, body: object): Promise<Answer> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(longestWait),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const message: string = answer.message ?? `The server answered ${response.status}.`;
  throw refusals.includes(response.status) ? new Refusal(message) : new Outage(message);
}
