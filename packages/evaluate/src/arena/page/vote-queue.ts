import type { ShownPair, UndoRequest, VoteRequest } from "./messages.ts";
import type { PageStorage } from "./page-storage.ts";
import { randomUuid } from "./random-uuid.ts";
import { Refusal } from "./vote-server.ts";

/** A vote, or the undoing of one, that the server has to be told. */
export type QueuedRequest =
  | { readonly kind: "vote"; readonly body: VoteRequest; readonly pair: ShownPair }
  | { readonly kind: "undo"; readonly body: UndoRequest };

export type WaitingRequest = QueuedRequest & {
  /** Where it is stored. */
  readonly key: string;
};

/** A vote that the rater may take back. */
export interface UndoableVote {
  readonly id: string;
  readonly pair: ShownPair;
}

export interface SendOptions {
  /** @throws Refusal if the server will never take the request; anything else if it may later */
  readonly send: (request: QueuedRequest) => Promise<void>;
  /** Called after each request that left the queue, with the reason if it was refused. */
  readonly onSent: (refusal: Refusal | undefined) => void;
}

/**
 * What waits to be sent. A request is written to the browser's storage first and removed when the
 * server has answered, so that neither a lost connection nor a closed page loses a vote; the server
 * counts an id once, so that sending it again does no harm.
 *
 * Each request has an entry of its own, so that two tabs do not overwrite each other's, and its key
 * begins with the arena's id and the time, which sorts them.
 */
export class VoteQueue {
  readonly #storage: PageStorage;
  readonly #prefix: string;
  #added = 0;

  constructor(storage: PageStorage, arena: string) {
    this.#storage = storage;
    this.#prefix = `glissade-arena-${arena}-out-`;
  }

  /** What waits, in its order. */
  waiting(): WaitingRequest[] {
    const keys = this.#storage.keys().filter((key) => key.startsWith(this.#prefix));
    return keys.sort().flatMap((key) => {
      const stored = this.#storage.get(key);
      if (stored === undefined) return [];
      const request: QueuedRequest = JSON.parse(stored); // written by `add`
      return [{ ...request, key }];
    });
  }

  /** The votes that wait, in their order. */
  votes(): Extract<WaitingRequest, { kind: "vote" }>[] {
    return this.waiting().filter((request) => request.kind === "vote");
  }

  add(request: QueuedRequest): void {
    const time = String(Date.now()).padStart(15, "0");
    const place = String(this.#added++).padStart(6, "0");
    this.#storage.set(`${this.#prefix}${time}-${place}-${randomUuid()}`, JSON.stringify(request));
  }

  /**
   * Sends what waits, one after another. A refused request is dropped.
   *
   * @throws what `send` throws for a request that may be sent later; it and all after it stay
   */
  async send({ send, onSent }: SendOptions): Promise<void> {
    for (let [first] = this.waiting(); first; [first] = this.waiting()) {
      const { key, ...request } = first;
      let refusal: Refusal | undefined;
      try {
        await send(request);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refusal = error;
      }
      this.#storage.remove(key);
      onSent(refusal);
    }
  }

  /** Votes that wait and are not to be undone: a page that is opened again can take them back. */
  undoable(): UndoableVote[] {
    const undone = new Set(
      this.waiting().flatMap((request) => (request.kind === "undo" ? [request.body.vote] : [])),
    );
    return this.votes()
      .filter(({ body }) => !undone.has(body.id))
      .map(({ body, pair }) => ({ id: body.id, pair }));
  }

  /** How many pairs are judged once all of it is sent, if the server counts `judged` now. */
  judgedAfter(judged: number): number {
    const votes = this.votes().length;
    return Math.max(0, judged + 2 * votes - this.waiting().length); // an undo is one less
  }
}
