import { afterEach, describe, expect, it, vi } from "vitest";
import { browserStorage } from "./__fixtures__/browser-storage.ts";
import type { Outcome } from "./messages.ts";
import { pageStorage } from "./page-storage.ts";
import { type QueuedRequest, VoteQueue } from "./vote-queue.ts";
import { Outage, Refusal } from "./vote-server.ts";

afterEach(() => vi.useRealTimers());

const rater = "a rater";

function vote(id: string, outcome: Outcome = "left"): QueuedRequest {
  const named = { question: "photorealism", left: `${id} left`, right: `${id} right` };
  const pair = { ...named, text: "Which image is more photorealistic?", caption: null };
  return { kind: "vote", body: { id, rater, raterName: "", pair: named, outcome }, pair };
}

const undo = (id: string): QueuedRequest => ({ kind: "undo", body: { rater, vote: id } });

/** "3" for a vote, "-3" for its undoing. */
const brief = (request: QueuedRequest) =>
  request.kind === "vote" ? request.body.id : `-${request.body.vote}`;

function queueOn(browser = browserStorage(), arena = "arena"): VoteQueue {
  return new VoteQueue(
    pageStorage(() => browser),
    arena,
  );
}

/** Sends all, and tells what was sent and what was refused. */
async function sendAll(queue: VoteQueue, answer: (request: QueuedRequest) => void = () => {}) {
  const [sent, refusals]: [string[], (string | undefined)[]] = [[], []];
  const failure = await queue
    .send({
      send: async (request) => {
        answer(request);
        sent.push(brief(request));
      },
      onSent: (refusal) => refusals.push(refusal?.message),
    })
    .catch((error: unknown) => error);
  return { sent, refusals, failure };
}

describe("VoteQueue", () => {
  it("sends votes and their undoing in the order in which they were cast", async () => {
    vi.useFakeTimers({ now: 5 });
    const queue = queueOn();
    for (let id = 1; id <= 12; id++) queue.add(vote(String(id))); // in one millisecond
    vi.setSystemTime(1e12);
    queue.add(undo("12"));
    const { sent, failure } = await sendAll(queue);
    expect(sent).toEqual([...Array.from({ length: 12 }, (_, k) => String(k + 1)), "-12"]);
    expect([failure, queue.waiting()]).toEqual([undefined, []]);
  });

  it("keeps a vote until the server has answered, so that a closed page loses none", async () => {
    const browser = browserStorage();
    const queue = queueOn(browser);
    queue.add(vote("1", "tie"));
    queue.add(vote("2"));
    const waitingWhileSent: string[][] = [];
    await sendAll(queue, () => waitingWhileSent.push(queueOn(browser).waiting().map(brief)));
    expect(waitingWhileSent).toEqual([["1", "2"], ["2"]]);
  });

  it("stops at an outage and keeps the vote and all after it for the next try", async () => {
    const queue = queueOn();
    for (const id of ["1", "2", "3"]) queue.add(vote(id));
    const outage = new Outage("The database is locked.");
    const first = await sendAll(queue, (request) => {
      if (brief(request) === "2") throw outage;
    });
    expect(first).toEqual({ sent: ["1"], refusals: [undefined], failure: outage });
    expect(queue.waiting().map(brief)).toEqual(["2", "3"]);
    expect((await sendAll(queue)).sent).toEqual(["2", "3"]);
  });

  it("keeps votes when there is no connection at all", async () => {
    const queue = queueOn();
    queue.add(vote("1"));
    const { failure } = await sendAll(queue, () => {
      throw new TypeError("Failed to fetch");
    });
    expect(failure).toBeInstanceOf(TypeError);
    expect(queue.waiting().map(brief)).toEqual(["1"]);
  });

  it("drops what the server will never take, says why, and sends the rest", async () => {
    const queue = queueOn();
    for (const id of ["1", "2"]) queue.add(vote(id));
    const { sent, refusals } = await sendAll(queue, (request) => {
      if (brief(request) === "1") throw new Refusal("This pair competes no longer.");
    });
    expect([sent, refusals]).toEqual([["2"], ["This pair competes no longer.", undefined]]);
    expect(queue.waiting()).toEqual([]);
  });

  it("sends what is added while it sends", async () => {
    const queue = queueOn();
    queue.add(vote("1"));
    const { sent } = await sendAll(queue, (request) => {
      if (brief(request) === "1") queue.add(vote("2"));
    });
    expect(sent).toEqual(["1", "2"]);
  });

  it("does not lose the votes of another tab, nor take those of another arena", () => {
    const browser = browserStorage();
    const [tab, other, elsewhere] = [
      queueOn(browser),
      queueOn(browser),
      queueOn(browser, "another arena"),
    ];
    tab.add(vote("1"));
    other.add(vote("2"));
    elsewhere.add(vote("3"));
    expect(tab.waiting().map(brief).sort()).toEqual(["1", "2"]);
    expect(elsewhere.waiting().map(brief)).toEqual(["3"]);
  });

  it("offers votes that wait to be taken back, but not those that are taken back already", () => {
    const queue = queueOn();
    for (const request of [vote("1"), vote("2"), undo("2"), vote("3")]) queue.add(request);
    expect(queue.undoable().map(({ id, pair }) => [id, pair.left])).toEqual([
      ["1", "1 left"],
      ["3", "3 left"],
    ]);
  });

  it("counts votes that wait as judged, and an undoing as one less", () => {
    const queue = queueOn();
    expect(queue.judgedAfter(4)).toBe(4);
    for (const request of [vote("1"), vote("2"), undo("2")]) queue.add(request);
    expect(queue.judgedAfter(4)).toBe(5);
    const undoing = queueOn();
    undoing.add(undo("1"));
    expect([undoing.judgedAfter(4), undoing.judgedAfter(0)]).toEqual([3, 0]);
  });
});
