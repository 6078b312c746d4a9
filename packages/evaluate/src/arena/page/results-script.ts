/** What the page of results does in the browser: plain JavaScript without imports. */
export const resultsScript = `
"use strict";
(() => {
  const element = (id) => document.getElementById(id);
  let key = decodeURIComponent(location.hash.slice(1));

  const make = (tag, { text, scope, className } = {}, ...children) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (scope) made.scope = scope;
    if (className) made.className = className;
    made.append(...children);
    return made;
  };
  const number = (text) => make("td", { text, className: "number" });
  const points = (value) => (Math.round(value) === 0 ? "" : value < 0 ? "\\u2212" : "+") + Math.abs(value).toFixed(0);
  const percent = (value) => (value * 100).toFixed(0) + " %";

  const ask = (path) => fetch(path, { headers: key ? { Authorization: "Bearer " + key } : {} });

  const load = async () => {
    element("message").textContent = "One moment";
    const response = await ask("/api/results").catch(() => undefined);
    const isLocked = response?.status === 401;
    element("locked").hidden = !isLocked;
    for (const id of ["save-json", "save-csv"]) element(id).disabled = !response?.ok;
    if (!response?.ok) {
      element("questions").replaceChildren();
      const reason = (await response?.json().catch(() => ({})))?.message ?? "The server does not answer.";
      element("message").textContent = isLocked ? (key ? "That is not the key." : "") : reason;
      return;
    }
    const { questions } = await response.json();
    element("message").textContent = questions.length === 0 ? "There are no votes yet." : "";
    element("questions").replaceChildren(...questions.map(section));
  };

  const section = ({ text, votes, raters, contestants, winProbabilities, notes }) => {
    const order = contestants.map((_, index) => index).sort((a, b) => contestants[b].score - contestants[a].score);
    const count = votes.toLocaleString("en") + (votes === 1 ? " vote" : " votes") + " by " + raters + (raters === 1 ? " rater" : " raters") + ".";
    return make(
      "section",
      {},
      make("h2", { text }),
      make("p", { className: "faint", text: count + " Scores in Elo points around a mean of 0, with 95 % bootstrap intervals." }),
      ...notes.map(({ message }) => make("p", { className: "note", text: message })),
      scrolling("Scores", scores(contestants, order)),
      make("h3", { text: "How often the row beats the column" }),
      scrolling("How often the row beats the column", chances(contestants, winProbabilities, order)),
    );
  };

  /** A table that is wider than the screen is scrolled on its own, by keys as well. */
  const scrolling = (label, table) => {
    const region = make("div", { className: "scroll" }, table);
    region.tabIndex = 0;
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", label);
    return region;
  };

  const scores = (contestants, order) => {
    const ends = contestants.flatMap(({ score, interval }) => [score, ...(interval ?? [])]);
    const reach = Math.max(50, ...ends.map(Math.abs)) * 1.05;
    const heads = ["Contestant", "Score", "95 % interval", "", "Wins", "Losses", "Ties"];
    const isNumber = [false, true, true, false, true, true, true];
    const head = make("tr", {}, ...heads.map((text, index) => (text ? make("th", { text, scope: "col", className: isNumber[index] ? "number" : "" }) : make("td", { className: "drawn" }))));
    const rows = order.map((index) => {
      const { name, score, interval, wins, losses, ties } = contestants[index];
      const range = interval ? points(interval[0]) + " to " + points(interval[1]) : "\\u2013";
      return make("tr", {}, make("th", { text: name, scope: "row" }), number(points(score)), number(range), make("td", { className: "drawn" }, bar(score, interval, reach)), ...[wins, losses, ties].map((value) => number(value.toLocaleString("en"))));
    });
    return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  };

  /** A dot on a line; the table says the same in numbers. */
  const bar = (score, interval, reach) => {
    const namespace = "http://www.w3.org/2000/svg";
    const draw = (tag, attributes) => {
      const drawn = document.createElementNS(namespace, tag);
      for (const [name, value] of Object.entries(attributes)) drawn.setAttribute(name, value);
      return drawn;
    };
    const x = (value) => 110 + (value / reach) * 104;
    const svg = draw("svg", { viewBox: "0 0 220 22", class: "bar", "aria-hidden": "true" });
    svg.append(draw("line", { x1: 110, x2: 110, y1: 0, y2: 22, class: "zero" }));
    if (interval) svg.append(draw("line", { x1: x(interval[0]), x2: x(interval[1]), y1: 11, y2: 11 }));
    svg.append(draw("circle", { cx: x(score), cy: 11, r: 5 }));
    return svg;
  };

  const chances = (contestants, winProbabilities, order) => {
    const head = make("tr", {}, make("td"), ...order.map((index) => make("th", { text: contestants[index].name, scope: "col", className: "number" })));
    const rows = order.map((i) => make("tr", {}, make("th", { text: contestants[i].name, scope: "row" }), ...order.map((j) => {
      const chance = winProbabilities[i][j];
      return number(i === j || chance === null ? "\\u2013" : percent(chance));
    })));
    return make("table", { className: "chances" }, make("thead", {}, head), make("tbody", {}, ...rows));
  };

  const save = async (kind) => {
    const response = await ask("/api/export." + kind).catch(() => undefined);
    if (!response?.ok) {
      element("message").textContent = "The votes could not be fetched.";
      return;
    }
    const link = make("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = "arena." + kind;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  element("locked").addEventListener("submit", (event) => {
    event.preventDefault();
    key = element("key").value.trim();
    void load();
  });
  element("reload").addEventListener("click", () => void load());
  element("save-json").addEventListener("click", () => void save("json"));
  element("save-csv").addEventListener("click", () => void save("csv"));
  addEventListener("hashchange", () => {
    key = decodeURIComponent(location.hash.slice(1));
    void load();
  });
  void load();
})();
`;
