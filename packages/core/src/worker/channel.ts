import { InvalidArgumentError } from "@glissade/graph";
import { decodeError } from "./error-transfer.ts";
import type { Answer, Endpoint, Message, Request } from "./messages.ts";
import { WorkerLostError } from "./worker-lost-error.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  readonly onProgress: ((progress: unknown) => void) | undefined;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** The run whose work the signal ends; default: the request's own. */
  readonly run?: number;
  readonly onProgress?: ((progress: unknown) => void) | undefined;
}

/** The page's end: requests with numbers, and the promises of their answers. */
export class Channel {
  readonly #endpoint: Endpoint;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onMessage = (event: Event): void => this.#receive(event as MessageEvent<Answer>);
  readonly #onError = (event: Event): void => this.close(new WorkerLostError(reasonIn(event)));
  #lastId = 0;
  #closed: Error | undefined;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    endpoint.addEventListener("message", this.#onMessage);
    endpoint.addEventListener("messageerror", this.#onError);
    endpoint.addEventListener("error", this.#onError);
    endpoint.start?.();
  }

  /**
   * @throws InvalidArgumentError for a request that cannot be sent to a worker; what the worker
   * answers; the signal's reason where aborted; WorkerLostError.
   */
  request<T>(
    request: Request,
    { signal, run, onProgress }: RequestOptions = {},
  ): { readonly id: number; readonly answer: Promise<T> } {
    const id = ++this.#lastId;
    return { id, answer: this.#send<T>({ ...request, id }, run ?? id, signal, onProgress) };
  }

  /** Ends the connection: whatever still waits fails with the error. */
  close(error: Error): void {
    if (this.#closed) return;
    this.#closed = error;
    this.#endpoint.removeEventListener("message", this.#onMessage);
    this.#endpoint.removeEventListener("messageerror", this.#onError);
    this.#endpoint.removeEventListener("error", this.#onError);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  async #send<T>(
    message: Message,
    run: number,
    signal: AbortSignal | undefined,
    onProgress: RequestOptions["onProgress"],
  ): Promise<T> {
    if (this.#closed) throw this.#closed;
    signal?.throwIfAborted();
    const abort = () => this.#post({ type: "abort", id: run });
    const answer = new Promise<unknown>((resolve, reject) =>
      this.#waiting.set(message.id, { resolve, reject, onProgress }),
    );
    try {
      this.#post(message);
      signal?.addEventListener("abort", abort, { once: true });
      return (await answer) as T; // the worker answers a request of each type with its own value
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      this.#waiting.delete(message.id);
      signal?.removeEventListener("abort", abort);
    }
  }

  #post(message: Message): void {
    try {
      this.#endpoint.postMessage(message, []);
    } catch (cause) {
      throw new InvalidArgumentError({
        argument: "options",
        received: message.type === "begin" ? message.options : undefined,
        expected: "plain data, which can be sent to a worker",
        hint: "Name samplers and guidance instead of giving functions, or run the model without a worker.",
        cause,
      });
    }
  }

  #receive({ data }: MessageEvent<Answer>): void {
    const waiting = this.#waiting.get(data?.id);
    if (data?.type === "progress") waiting?.onProgress?.(data.progress);
    if (data?.type === "answer") waiting?.resolve(data.value);
    if (data?.type === "failure") waiting?.reject(decodeError(data.error));
  }
}

function reasonIn(event: Event): string {
  if (event.type === "messageerror") return "it sent a message that cannot be read";
  const { message } = event as ErrorEvent;
  return message
    ? `its script failed (${message.replace(/[.\s]+$/, "")})`
    : "its script could not be loaded";
}
