import type { ContestantRow, QuestionSection, ResultsAnswer } from "./messages.ts";
import { pageElement } from "./page-element.ts";
import { chanceText, intervalText, pointsText, votesText } from "./result-texts.ts";

const page = {
  locked: pageElement("locked", HTMLFormElement),
  key: pageElement("key", HTMLInputElement),
  message: pageElement("message", HTMLElement),
  questions: pageElement("questions", HTMLElement),
  reload: pageElement("reload", HTMLButtonElement),
  saveJson: pageElement("save-json", HTMLButtonElement),
  saveCsv: pageElement("save-csv", HTMLButtonElement),
};

let key = keyOfAddress();

function keyOfAddress(): string {
  return decodeURIComponent(location.hash.slice(1));
}

interface Look {
  readonly text?: string;
  readonly className?: string;
}

function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { text, className }: Look = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function heading(scope: "row" | "col", look: Look): HTMLTableCellElement {
  const made = make("th", look);
  made.scope = scope;
  return made;
}

function number(text: string): HTMLTableCellElement {
  return make("td", { text, className: "number" });
}

/** @returns undefined if there is no connection */
function ask(path: string): Promise<Response | undefined> {
  const headers = new Headers(key ? { Authorization: `Bearer ${key}` } : {});
  return fetch(path, { headers }).catch(() => undefined);
}

async function load(): Promise<void> {
  page.message.textContent = "One moment";
  const response = await ask("/api/results");
  const isLocked = response?.status === 401;
  page.locked.hidden = !isLocked;
  for (const button of [page.saveJson, page.saveCsv]) button.disabled = !response?.ok;
  if (!response?.ok) {
    page.questions.replaceChildren();
    const lockedText = key ? "That is not the key." : "";
    page.message.textContent = isLocked ? lockedText : await reasonOf(response);
    return;
  }
  const { questions }: ResultsAnswer = await response.json();
  page.message.textContent = questions.length === 0 ? "There are no votes yet." : "";
  page.questions.replaceChildren(...questions.map(section));
}

async function reasonOf(response: Response | undefined): Promise<string> {
  const answer = await response?.json().catch(() => undefined);
  return answer?.message ?? "The server does not answer.";
}

function section(question: QuestionSection): HTMLElement {
  const { text, votes, raters, contestants, winProbabilities, notes } = question;
  const order = contestants
    .map((contestant, index) => ({ contestant, index }))
    .sort((a, b) => b.contestant.score - a.contestant.score);
  const ranked = order.map(({ contestant }) => contestant);
  const chances = order.map(({ index: i }) =>
    order.map(({ index: j }) => (i === j ? null : (winProbabilities[i]?.[j] ?? null))),
  );
  const about = "Scores in Elo points around a mean of 0, with 95 % bootstrap intervals.";
  return make(
    "section",
    {},
    make("h2", { text }),
    make("p", { className: "faint", text: `${votesText(votes, raters)} ${about}` }),
    ...notes.map(({ message }) => make("p", { className: "note", text: message })),
    scrolling("Scores", scoreTable(ranked)),
    make("h3", { text: "How often the row beats the column" }),
    scrolling("How often the row beats the column", chanceTable(ranked, chances)),
  );
}

/** A table that is wider than the screen scrolls on its own, by keys as well. */
function scrolling(label: string, table: HTMLTableElement): HTMLElement {
  const region = make("div", { className: "scroll" }, table);
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", label);
  return region;
}

function scoreTable(ranked: readonly ContestantRow[]): HTMLTableElement {
  const ends = ranked.flatMap(({ score, interval }) => [score, ...(interval ?? [])]);
  const reach = Math.max(50, ...ends.map(Math.abs)) * 1.05;
  const numeric = (text: string) => heading("col", { text, className: "number" });
  const head = make(
    "tr",
    {},
    heading("col", { text: "Contestant" }),
    ...["Score", "95 % interval"].map(numeric),
    make("td", { className: "drawn" }),
    ...["Wins", "Losses", "Ties"].map(numeric),
  );
  const rows = ranked.map(({ name, score, interval, wins, losses, ties }) =>
    make(
      "tr",
      {},
      heading("row", { text: name }),
      ...[pointsText(score), intervalText(interval)].map(number),
      make("td", { className: "drawn" }, bar(score, interval, reach)),
      ...[wins, losses, ties].map((count) => number(count.toLocaleString("en"))),
    ),
  );
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

/** A dot on a line; the table has the same in numbers. */
function bar(score: number, interval: ContestantRow["interval"], reach: number): SVGElement {
  const x = (value: number) => 110 + (value / reach) * 104;
  const svg = draw("svg", { viewBox: "0 0 220 22", class: "bar", "aria-hidden": "true" });
  svg.append(draw("line", { x1: 110, x2: 110, y1: 0, y2: 22, class: "zero" }));
  if (interval)
    svg.append(draw("line", { x1: x(interval[0]), x2: x(interval[1]), y1: 11, y2: 11 }));
  svg.append(draw("circle", { cx: x(score), cy: 11, r: 5 }));
  return svg;
}

function draw(
  tag: "svg" | "line" | "circle",
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) drawn.setAttribute(name, String(value));
  return drawn;
}

function chanceTable(
  ranked: readonly ContestantRow[],
  chances: readonly (readonly (number | null)[])[],
): HTMLTableElement {
  const names = ranked.map(({ name }) => heading("col", { text: name, className: "number" }));
  const rows = ranked.map(({ name }, i) =>
    make(
      "tr",
      {},
      heading("row", { text: name }),
      ...(chances[i] ?? []).map((chance) => number(chanceText(chance))),
    ),
  );
  const head = make("tr", {}, make("td"), ...names);
  const look = { className: "chances" };
  return make("table", look, make("thead", {}, head), make("tbody", {}, ...rows));
}

async function save(kind: "json" | "csv"): Promise<void> {
  const response = await ask(`/api/export.${kind}`);
  if (!response?.ok) {
    page.message.textContent = "The votes could not be fetched.";
    return;
  }
  const link = make("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `arena.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

page.locked.addEventListener("submit", (event) => {
  event.preventDefault();
  key = page.key.value.trim();
  void load();
});
page.reload.addEventListener("click", () => void load());
page.saveJson.addEventListener("click", () => void save("json"));
page.saveCsv.addEventListener("click", () => void save("csv"));
addEventListener("hashchange", () => {
  key = keyOfAddress();
  void load();
});
void load();
