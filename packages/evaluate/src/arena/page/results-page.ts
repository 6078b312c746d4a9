/** The page of results, without any: its script asks for them, with the owner's key. */
export const resultsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Results of the arena</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/arena.css">
<script src="/results.js" defer></script>
</head>
<body class="results">
<header><h1>Results</h1></header>
<main>
<form id="locked" hidden>
<p>Results are hidden from raters. The command that runs this arena has printed their address; its last part is the key.</p>
<label for="key">Key <input id="key" type="password" autocomplete="off" required></label>
<button type="submit">Show</button>
</form>
<p id="message" role="status">One moment</p>
<div id="questions"></div>
</main>
<footer>
<button type="button" id="reload">Reload</button>
<button type="button" id="save-json" disabled>Save as JSON</button>
<button type="button" id="save-csv" disabled>Save as CSV</button>
<noscript><p>This page needs JavaScript.</p></noscript>
</footer>
</body>
</html>
`;
