/**
 * The page on which votes are cast. It names nothing that competes; the arena's id keeps what waits
 * to be sent apart from other arenas'.
 */
export function votePage(arena: string): string {
  return `<!doctype html>
<html lang="en" data-arena="${arena}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Which image is better?</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/arena.css">
<script src="/vote.js" defer></script>
</head>
<body class="voting">
<header>
<progress id="progress" value="0" max="1" aria-label="Pairs judged"></progress>
<p id="count" class="faint">&nbsp;</p>
</header>
<main>
<h1 id="question">One moment</h1>
<p id="caption" hidden></p>
<div id="contest" hidden>
<div class="images" id="images">
<button type="button" class="image" id="left-image" aria-label="The left image is better" aria-keyshortcuts="ArrowLeft"></button>
<button type="button" class="image" id="right-image" aria-label="The right image is better" aria-keyshortcuts="ArrowRight"></button>
</div>
<div class="choices" role="group" aria-labelledby="question">
<button type="button" id="left"><span aria-hidden="true">&larr; </span>Left</button>
<button type="button" id="tie" aria-keyshortcuts="ArrowDown Space">Tie</button>
<button type="button" id="right">Right<span aria-hidden="true"> &rarr;</span></button>
</div>
</div>
<p id="message"></p>
</main>
<footer>
<button type="button" id="undo" aria-keyshortcuts="Backspace" disabled>Undo</button>
<label for="name">Your name (optional) <input id="name" type="text" maxlength="80" autocomplete="nickname" spellcheck="false"></label>
<p id="sending" role="status"></p>
<p class="faint keys">Keys: <kbd>&larr;</kbd> left, <kbd>&rarr;</kbd> right, <kbd>&darr;</kbd> or <kbd>Space</kbd> tie, <kbd>Backspace</kbd> undo.</p>
<p class="faint touch">Tap the better image, or swipe towards it.</p>
<p id="announcement" class="unseen" role="status"></p>
<noscript><p>This page needs JavaScript.</p></noscript>
</footer>
</body>
</html>
`;
}
