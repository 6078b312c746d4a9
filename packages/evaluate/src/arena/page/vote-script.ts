/**
 * What the page of votes does in the browser: plain JavaScript without imports. A vote is written
 * to the browser's storage first and taken out of it when the server has answered, so that neither
 * a lost connection nor a closed page loses it; the server counts an id once, so that sending it
 * again does no harm.
 */
export const voteScript = `
"use strict";
(() => {
  const arena = document.documentElement.dataset.arena;
  const element = (id) => document.getElementById(id);
  const pictures = { left: element("left-picture"), right: element("right-picture") };
  const dealtAhead = 3;
  const smallestLarge = 320; // pixels; smaller pictures are enlarged with sharp edges
  const settled = 250; // milliseconds in which the second half of a double click is not a vote on the next pair
  const longestHistory = 50;
  const mostBroken = 50; // pairs that cannot be shown, after which no more are tried at once

  /** The browser's storage; memory where that is switched off or full. */
  const memory = new Map();
  const storage = {
    get(key) {
      try { return localStorage.getItem(key) ?? memory.get(key); } catch { return memory.get(key); }
    },
    set(key, value) {
      try { localStorage.setItem(key, value); } catch { memory.set(key, value); }
    },
    remove(key) {
      memory.delete(key);
      try { localStorage.removeItem(key); } catch {}
    },
    keys() {
      let stored = [];
      try { stored = Object.keys(localStorage); } catch {}
      return [...new Set([...stored, ...memory.keys()])];
    },
  };

  /** Not crypto.randomUUID, which pages from another machine do not have without encryption. */
  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  const rater = storage.get("glissade-arena-rater") ?? uuid();
  storage.set("glissade-arena-rater", rater);
  const name = element("name");
  name.value = storage.get("glissade-arena-name") ?? "";
  name.addEventListener("change", () => storage.set("glissade-arena-name", name.value.trim()));

  /** What waits to be sent, in its order: one entry each, so that two tabs do not overwrite each other's. */
  const prefix = "glissade-arena-" + arena + "-out-";
  const waiting = () => storage.keys().filter((key) => key.startsWith(prefix)).sort().map((key) => ({ key, ...JSON.parse(storage.get(key)) }));
  let entries = 0;
  const put = (entry) => storage.set(prefix + String(Date.now()).padStart(15, "0") + "-" + String(entries++).padStart(6, "0") + "-" + uuid(), JSON.stringify(entry));

  let current; // { id, pair, images }
  let queue = []; // { pair, images }
  let history = []; // { id, pair, images }
  let last; // the rater's last vote before this page
  let judged = 0; // as the server knows
  let total = 0;
  let broken = []; // pairs that could not be shown
  let refused = "";
  let outage = ""; // why votes wait
  let shownAt = 0;

  /** The server will never take this request. Whatever else it answers may pass. */
  class Refusal extends Error {}
  const refusals = [400, 409, 410];
  class Outage extends Error {}

  const post = async (path, body) => {
    const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...body, arena }), signal: AbortSignal.timeout(15000) });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const message = answer.message ?? "The server answered " + response.status + ".";
    throw refusals.includes(response.status) ? new Refusal(message) : new Outage(message);
  };

  let flushing;
  const flush = () => {
    flushing ??= sendAll().finally(() => { flushing = undefined; });
    return flushing;
  };
  let retryIn = 1000;
  let retry;
  const later = (action) => {
    clearTimeout(retry);
    retry = setTimeout(action, retryIn);
    retryIn = Math.min(retryIn * 2, 10000);
  };

  const sendAll = async () => {
    for (let entry = waiting()[0]; entry; entry = waiting()[0]) {
      try {
        judged = (await post(entry.kind === "vote" ? "/api/vote" : "/api/undo", entry.body)).judged;
        online();
      } catch (error) {
        if (!(error instanceof Refusal)) {
          waitFor(error);
          break;
        }
        refused = "The server did not take a vote: " + error.message;
      }
      storage.remove(entry.key);
      report();
    }
    report();
  };

  const online = () => {
    outage = "";
    retryIn = 1000;
  };
  const waitFor = (error) => {
    outage = error instanceof Outage ? error.message : "The server does not answer.";
    later(resume);
  };

  const resume = async () => {
    await flush();
    if (!outage || !waiting().length) await refill();
  };

  let refilling;
  const refill = () => {
    refilling ??= fetchPairs().finally(() => { refilling = undefined; });
    return refilling;
  };

  const fetchPairs = async () => {
    if (queue.length >= dealtAhead && current) return;
    const unsent = waiting().filter(({ kind }) => kind === "vote").map(({ body }) => body.pair);
    const held = [...broken, ...unsent, ...queue.map(({ pair }) => pair), ...(current ? [current.pair] : [])];
    let answer;
    try {
      answer = await post("/api/pairs", { rater, count: dealtAhead + 1 - queue.length, held: held.slice(-200).map(named) });
      online();
    } catch (error) {
      if (error instanceof Refusal) refused = error.message;
      else waitFor(error);
      report();
      return;
    }
    judged = answer.judged;
    total = answer.total;
    if (history.length === 0 && waiting().length === 0) last = answer.last;
    const isHeld = new Set([...queue, ...(current ? [current] : [])].map(({ pair }) => JSON.stringify(named(pair))));
    const loaded = await Promise.all(answer.pairs.filter((pair) => !isHeld.has(JSON.stringify(named(pair)))).map(preload));
    queue.push(...loaded.filter((entry) => entry !== undefined));
    if (!current && queue.length > 0) show(queue.shift());
    else if (!current && loaded.length > 0 && !outage && broken.length < mostBroken) await fetchPairs(); // none of them could be shown
    report();
  };

  const named = ({ question, left, right }) => ({ question, left, right });

  /** The pictures are kept as they are loaded: nothing is fetched again when they are shown. */
  const preload = async (pair) => {
    const load = async (token, alt) => {
      const image = new Image();
      image.alt = alt;
      image.draggable = false;
      image.src = "/picture/" + token;
      await image.decode();
      image.classList.toggle("small", Math.max(image.naturalWidth, image.naturalHeight) < smallestLarge);
      return image;
    };
    try {
      return { pair, images: await Promise.all([load(pair.left, "Left picture"), load(pair.right, "Right picture")]) };
    } catch {
      const isThere = await fetch("/picture/" + pair.left, { method: "HEAD" }).then(() => true, () => false);
      if (isThere) {
        broken.push(pair);
        refused = "A pair could not be shown and was left out.";
      } else waitFor();
      return undefined;
    }
  };

  const show = ({ pair, images }) => {
    const isNewQuestion = element("question").textContent !== pair.text;
    current = { id: uuid(), pair, images };
    element("question").textContent = pair.text;
    element("caption").textContent = pair.caption ?? "";
    element("caption").hidden = !pair.caption;
    pictures.left.replaceChildren(images[0]);
    pictures.right.replaceChildren(images[1]);
    shownAt = performance.now();
    element("announcement").textContent = (isNewQuestion ? pair.text + " " : "") + "Next pair." + (pair.caption ? " Caption: " + pair.caption : "");
    report();
  };

  const choose = (outcome) => {
    if (!current || performance.now() - shownAt < settled) return;
    const { id, pair, images } = current;
    put({ kind: "vote", body: { id, rater, raterName: name.value.trim(), pair: named(pair), outcome }, pair });
    history.push({ id, pair, images });
    history = history.slice(-longestHistory);
    current = undefined;
    if (queue.length > 0) show(queue.shift());
    report();
    void flush().then(refill);
  };

  const undo = async () => {
    const vote = history.pop() ?? last;
    if (!vote) return;
    if (vote === last) last = undefined;
    put({ kind: "undo", body: { rater, vote: vote.id } });
    const again = vote.images ? vote : await preload(vote.pair);
    if (again) {
      if (current) queue.unshift(current);
      show(again);
      element("announcement").textContent = "Your last vote was taken back. " + vote.pair.text;
    }
    report();
    void flush().then(refill);
  };

  const report = () => {
    const unsent = waiting();
    const votes = unsent.filter(({ kind }) => kind === "vote").length;
    const done = Math.max(0, judged + 2 * votes - unsent.length); // an undo that waits is one less
    element("progress").max = Math.max(total, 1);
    element("progress").value = done;
    element("count").textContent = total ? done + " of " + total : "";
    element("undo").disabled = history.length === 0 && !last;
    element("contest").hidden = !current;
    const unsentText = votes === 1 ? "1 vote waits" : votes + " votes wait";
    element("sending").textContent = outage ? outage + (votes > 0 ? " " + unsentText + " here and will be sent as soon as that is possible." : " Trying again.") : refused;
    if (current) {
      element("message").textContent = "";
      return;
    }
    const isDone = total > 0 && done >= total - broken.length && !outage;
    element("question").textContent = isDone ? "You have judged every pair. Thank you." : "One moment";
    element("caption").hidden = true;
    element("message").textContent = isDone ? "You can close this page, or undo your last vote." : "";
  };

  for (const side of ["left", "right", "tie"]) {
    for (const button of side === "tie" ? [element(side)] : [element(side), pictures[side]]) {
      button.addEventListener("click", (event) => {
        choose(side);
        if (event.detail > 0) button.blur(); // by mouse or finger: the space bar is a tie again
      });
    }
  }
  element("undo").addEventListener("click", (event) => {
    void undo();
    if (event.detail > 0) element("undo").blur();
  });

  const keys = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "tie", " ": "tie" };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.target instanceof HTMLInputElement) return;
    if (event.key === " " && event.target instanceof HTMLButtonElement) return; // presses that button
    const outcome = keys[event.key];
    if (!outcome && event.key !== "Backspace") return;
    event.preventDefault();
    if (event.repeat) return;
    if (outcome) choose(outcome);
    else void undo();
  });

  /** A finger that goes sideways chooses; one that goes up or down scrolls. */
  let touch;
  const contest = element("pictures");
  contest.addEventListener("touchstart", (event) => {
    const [finger] = event.touches;
    touch = event.touches.length === 1 ? { x: finger.clientX, y: finger.clientY } : undefined;
  }, { passive: true });
  contest.addEventListener("touchend", (event) => {
    const [finger] = event.changedTouches;
    if (!touch || !finger) return;
    const across = finger.clientX - touch.x;
    const along = finger.clientY - touch.y;
    touch = undefined;
    if (Math.abs(across) < 40 || Math.abs(across) < 1.5 * Math.abs(along)) return;
    event.preventDefault(); // no click on the picture as well
    choose(across < 0 ? "left" : "right");
  });

  addEventListener("online", () => void resume());
  addEventListener("visibilitychange", () => { if (!document.hidden) void resume(); });
  const takenBack = new Set(waiting().map(({ body }) => body.vote));
  history = waiting().filter(({ kind, body }) => kind === "vote" && !takenBack.has(body.id)).map(({ body, pair }) => ({ id: body.id, pair }));
  void flush().then(refill);
})();
`;
