import { afterEach, describe, expect, it, vi } from "vitest";
import { Outage, post, Refusal } from "./vote-server.ts";

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, body: string): void {
  vi.stubGlobal("fetch", async () => new Response(body, { status }));
}

describe("post", () => {
  it("gives the server's answer", async () => {
    answering(200, '{"judged":3}');
    expect(await post("/api/vote", {})).toEqual({ judged: 3 });
  });

  it.each([400, 409, 410])("takes status %i for a refusal", async (status) => {
    answering(status, '{"message":"No such vote."}');
    const error = await post("/api/undo", {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ message: "No such vote." });
  });

  it.each([421, 500, 503])("takes status %i for an outage", async (status) => {
    answering(status, "<html>");
    const error = await post("/api/vote", {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Outage);
    expect(error).toMatchObject({ message: `The server answered ${status}.` });
  });
});
