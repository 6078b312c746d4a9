import {
  type Outcome,
  outcomes,
  type PairsAnswer,
  type PairsRequest,
  type ShownPair,
  type TokenPair,
  type UndoAnswer,
  type VoteAnswer,
} from "./messages.ts";
import { pageElement } from "./page-element.ts";
import { pageStorage } from "./page-storage.ts";
import { randomUuid } from "./random-uuid.ts";
import { meaningOfKey, swipedTo, type TouchPoint } from "./vote-gestures.ts";
import { type QueuedRequest, VoteQueue } from "./vote-queue.ts";
import { Outage, post, Refusal } from "./vote-server.ts";

const dealtAhead = 3;
const smallestLarge = 320; // pixels; smaller images are enlarged with sharp edges
/** Milliseconds in which the second half of a double click is not a vote on the next pair. */
const settled = 250;
const longestHistory = 50;
const mostBroken = 50; // pairs that cannot be shown, after which no more are tried at once
const mostHeld = 200; // pairs that a request names
const firstRetry = 1000; // milliseconds
const slowestRetry = 10_000;

type Images = readonly [left: HTMLImageElement, right: HTMLImageElement];

interface LoadedPair {
  readonly pair: ShownPair;
  readonly images: Images;
}

interface CastVote {
  readonly id: string;
  readonly pair: ShownPair;
  /** Missing if the vote was cast before this page was opened. */
  readonly images?: Images;
}

const arena = document.documentElement.dataset.arena ?? "";
const page = {
  question: pageElement("question", HTMLElement),
  caption: pageElement("caption", HTMLElement),
  contest: pageElement("contest", HTMLElement),
  images: pageElement("images", HTMLElement),
  leftImage: pageElement("left-image", HTMLButtonElement),
  rightImage: pageElement("right-image", HTMLButtonElement),
  left: pageElement("left", HTMLButtonElement),
  tie: pageElement("tie", HTMLButtonElement),
  right: pageElement("right", HTMLButtonElement),
  undo: pageElement("undo", HTMLButtonElement),
  name: pageElement("name", HTMLInputElement),
  progress: pageElement("progress", HTMLProgressElement),
  count: pageElement("count", HTMLElement),
  message: pageElement("message", HTMLElement),
  sending: pageElement("sending", HTMLElement),
  announcement: pageElement("announcement", HTMLElement),
};

const storage = pageStorage(() => localStorage);
const rater = storage.get("glissade-arena-rater") ?? randomUuid();
storage.set("glissade-arena-rater", rater);
page.name.value = storage.get("glissade-arena-name") ?? "";
const waiting = new VoteQueue(storage, arena);

let current: (LoadedPair & { readonly id: string }) | undefined;
const upcoming: LoadedPair[] = [];
let history: CastVote[] = waiting.undoable();
/** The rater's last vote before this page. */
let last: CastVote | null = null;
let judged = 0; // as the server knows
let total = 0;
/** Pairs that could not be shown. */
const broken: ShownPair[] = [];
let refused = "";
/** Why votes wait. */
let outage = "";
let shownAt = 0;

/** Runs an action once, however often it is asked for before it ends. */
function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= action().finally(() => {
      running = undefined;
    });
    return running;
  };
}

const flush = once(async () => {
  try {
    await waiting.send({
      send,
      onSent(refusal) {
        if (refusal) refused = `The server did not take a vote: ${refusal.message}`;
        report();
      },
    });
  } catch (error) {
    waitFor(error);
  }
  report();
});

async function send({ kind, body }: QueuedRequest): Promise<void> {
  const path = kind === "vote" ? "/api/vote" : "/api/undo";
  judged = (await post<VoteAnswer | UndoAnswer>(path, { ...body, arena })).judged;
  online();
}

let retryIn = firstRetry;
let retry: ReturnType<typeof setTimeout> | undefined;

function online(): void {
  outage = "";
  retryIn = firstRetry;
}

function waitFor(error?: unknown): void {
  outage = error instanceof Outage ? error.message : "The server does not answer.";
  clearTimeout(retry);
  retry = setTimeout(resume, retryIn);
  retryIn = Math.min(retryIn * 2, slowestRetry);
}

async function resume(): Promise<void> {
  await flush();
  if (!outage || waiting.waiting().length === 0) await refill();
}

const refill = once(fetchPairs);

async function fetchPairs(): Promise<void> {
  if (upcoming.length >= dealtAhead && current) return;
  const here = [...upcoming, ...(current ? [current] : [])].map(({ pair }) => pair);
  const unsent = waiting.votes().map(({ body }) => body.pair);
  const request: PairsRequest = {
    rater,
    count: dealtAhead + 1 - upcoming.length,
    held: [...broken, ...unsent, ...here].slice(-mostHeld).map(named),
  };
  let answer: PairsAnswer;
  try {
    answer = await post<PairsAnswer>("/api/pairs", { ...request, arena });
    online();
  } catch (error) {
    if (error instanceof Refusal) refused = error.message;
    else waitFor(error);
    report();
    return;
  }
  ({ judged, total } = answer);
  if (history.length === 0 && waiting.waiting().length === 0) last = answer.last;
  const held = new Set(
    [...upcoming, ...(current ? [current] : [])].map(({ pair }) => JSON.stringify(named(pair))),
  );
  const fresh = answer.pairs.filter((pair) => !held.has(JSON.stringify(named(pair))));
  const loaded = await Promise.all(fresh.map(preload));
  upcoming.push(...loaded.filter((pair) => pair !== undefined));
  if (!current) {
    if (upcoming.length > 0) showNext();
    // none of them could be shown
    else if (loaded.length > 0 && !outage && broken.length < mostBroken) await fetchPairs();
  }
  report();
}

function named({ question, left, right }: TokenPair): TokenPair {
  return { question, left, right };
}

/** Loads a pair's images and keeps them: nothing is fetched again when they are shown. */
async function preload(pair: ShownPair): Promise<LoadedPair | undefined> {
  try {
    const images = await Promise.all([
      loadImage(pair.left, "Left image"),
      loadImage(pair.right, "Right image"),
    ]);
    return { pair, images };
  } catch {
    const isThere = await fetch(`/image/${pair.left}`, { method: "HEAD" }).then(
      () => true,
      () => false,
    );
    if (isThere) {
      broken.push(pair);
      refused = "A pair could not be shown and was left out.";
    } else waitFor();
    return undefined;
  }
}

async function loadImage(token: string, alt: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.alt = alt;
  image.draggable = false;
  image.src = `/image/${token}`;
  await image.decode();
  const side = Math.max(image.naturalWidth, image.naturalHeight);
  image.classList.toggle("small", side < smallestLarge);
  return image;
}

function showNext(): void {
  const next = upcoming.shift();
  if (next) show(next);
}

function show({ pair, images }: LoadedPair): void {
  const isNewQuestion = page.question.textContent !== pair.text;
  current = { id: randomUuid(), pair, images };
  page.question.textContent = pair.text;
  page.caption.textContent = pair.caption ?? "";
  page.caption.hidden = !pair.caption;
  page.leftImage.replaceChildren(images[0]);
  page.rightImage.replaceChildren(images[1]);
  shownAt = performance.now();
  const question = isNewQuestion ? `${pair.text} ` : "";
  const caption = pair.caption ? ` Caption: ${pair.caption}` : "";
  page.announcement.textContent = `${question}Next pair.${caption}`;
  report();
}

function choose(outcome: Outcome): void {
  if (!current || performance.now() - shownAt < settled) return;
  const { id, pair, images } = current;
  const raterName = page.name.value.trim();
  const body = { id, rater, raterName, pair: named(pair), outcome };
  waiting.add({ kind: "vote", body, pair });
  history = [...history, { id, pair, images }].slice(-longestHistory);
  current = undefined;
  showNext();
  report();
  void flush().then(refill);
}

async function undo(): Promise<void> {
  const vote = history.pop() ?? last;
  if (!vote) return;
  if (vote === last) last = null;
  waiting.add({ kind: "undo", body: { rater, vote: vote.id } });
  const { pair, images } = vote;
  const again = images ? { pair, images } : await preload(pair);
  if (again) {
    if (current) upcoming.unshift(current);
    show(again);
    page.announcement.textContent = `Your last vote was taken back. ${pair.text}`;
  }
  report();
  void flush().then(refill);
}

function report(): void {
  const votes = waiting.votes().length;
  const done = waiting.judgedAfter(judged);
  page.progress.max = Math.max(total, 1);
  page.progress.value = done;
  page.count.textContent = total ? `${done} of ${total}` : "";
  page.undo.disabled = history.length === 0 && !last;
  page.contest.hidden = !current;
  page.sending.textContent = outage ? `${outage} ${unsentText(votes)}` : refused;
  if (current) {
    page.message.textContent = "";
    return;
  }
  const isDone = total > 0 && done >= total - broken.length && !outage;
  page.question.textContent = isDone ? "You have judged every pair. Thank you." : "One moment";
  page.caption.hidden = true;
  page.message.textContent = isDone ? "You can close this page, or undo your last vote." : "";
}

function unsentText(votes: number): string {
  if (votes === 0) return "Trying again.";
  const waits = votes === 1 ? "1 vote waits" : `${votes} votes wait`;
  return `${waits} here and will be sent as soon as that is possible.`;
}

const buttons: Readonly<Record<Outcome, readonly HTMLButtonElement[]>> = {
  left: [page.left, page.leftImage],
  right: [page.right, page.rightImage],
  tie: [page.tie],
};
for (const outcome of outcomes) {
  for (const button of buttons[outcome]) {
    button.addEventListener("click", (event) => {
      choose(outcome);
      if (event.detail > 0) button.blur(); // by mouse or finger: the space bar is a tie again
    });
  }
}
page.undo.addEventListener("click", (event) => {
  void undo();
  if (event.detail > 0) page.undo.blur();
});
page.name.addEventListener("change", () =>
  storage.set("glissade-arena-name", page.name.value.trim()),
);

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === " " && event.target instanceof HTMLButtonElement) return; // presses that button
  const meaning = meaningOfKey(event.key);
  if (!meaning) return;
  event.preventDefault();
  if (event.repeat) return;
  if (meaning === "undo") void undo();
  else choose(meaning);
});

let touched: TouchPoint | undefined;
page.images.addEventListener(
  "touchstart",
  ({ touches }) => {
    touched = touches.length === 1 ? touches[0] : undefined;
  },
  { passive: true },
);
page.images.addEventListener("touchend", (event) => {
  const [from, to] = [touched, event.changedTouches[0]];
  if (!from || !to) return;
  touched = undefined;
  const side = swipedTo(from, to);
  if (!side) return;
  event.preventDefault(); // no click on the image as well
  choose(side);
});

addEventListener("online", () => void resume());
addEventListener("visibilitychange", () => {
  if (!document.hidden) void resume();
});
void flush().then(refill);
