import type { FaultyBehaviour, FaultyRequest } from "./faulty-behaviour.ts";

/** One id of the faulty server at `origin`. */
export async function faultySite(origin: string, behaviour: FaultyBehaviour = {}) {
  const url = new URL(`${crypto.randomUUID()}/`, origin);
  const behave = async (next: FaultyBehaviour): Promise<void> => {
    await fetch(new URL("behaviour", url), { method: "POST", body: JSON.stringify(next) });
  };
  await behave(behaviour);
  return {
    url,
    behave,
    requests: async (): Promise<FaultyRequest[]> => (await fetch(new URL("requests", url))).json(),
  };
}

export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
