import { type Html, html, trusted } from "./html.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

/** Nothing is loaded from anywhere, even if a name should find its way into markup. */
const contentPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** A whole page around its header and the parts of its body. */
export function pageDocument(title: string, header: Html, main: readonly Html[]): string {
  return html`${trusted("<!doctype html>")}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(contentPolicy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · marchenko</title>
<style>${trusted(pageStyle())}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<div class="page">
${header}
<main id="main" tabindex="-1">
${main}</main>
<footer><p>This page is one file and makes no request. The same result gives the same page.</p></footer>
</div>
<script>${trusted(pageScript)}</script>
</body>
</html>
`.text;
}
