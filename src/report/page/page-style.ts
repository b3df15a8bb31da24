import { themeVariables } from "./page-theme.ts";

/** The style sheet of the page. */
export function pageStyle(): string {
  return `${themeVariables()}
${base}
${summary}
${figures}
${tables}
${cards}
${special}`;
}

const base = `
:root{--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;--serif:"Iowan Old Style","Palatino Linotype",Palatino,Charter,Georgia,"Liberation Serif",serif;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--text);font:16px/1.55 var(--sans)}
.page{max-width:1180px;margin:0 auto;padding:2.5rem 1rem 4rem}
@media (min-width:700px){.page{padding:3.5rem 2rem 5rem}}
a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:.18em}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
main:focus{outline:none}
h1,h2,h3,h4{font-family:var(--serif);font-weight:600;line-height:1.2;margin:0;text-wrap:balance}
h1{font-size:clamp(1.9rem,4.5vw,2.75rem);letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.6rem;overflow-wrap:anywhere}
h3{font-size:1.2rem}
section>h3{margin:2.5rem 0 .4rem}
section{margin:0}
.heading{display:flex;align-items:baseline;gap:.5rem;margin:4rem 0 .75rem}
main>section:first-child .heading{margin-top:2.5rem}
.anchor{color:var(--quiet);text-decoration:none;opacity:0;font-size:.9rem;padding:0 .3rem}
.heading:hover .anchor,.card-body:hover>.anchor,.anchor:focus,.anchor.done{opacity:1}
.bar{display:flex;justify-content:space-between;align-items:center;gap:1rem;margin-bottom:1.25rem}
.overline{margin:0;color:var(--quiet);font-size:.85rem;letter-spacing:.02em}
.lead{font:1.3rem/1.45 var(--serif);max-width:46rem;margin:.9rem 0 0;text-wrap:pretty;overflow-wrap:anywhere}
.at,.quiet{color:var(--quiet)}
.quiet{max-width:46rem;font-size:.92rem;margin:.25rem 0 1rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;list-style:none;margin:1.75rem 0 0;padding:.7rem 0;border-block:1px solid var(--line);font-size:.92rem}
button,input,select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.25rem .65rem}
button{cursor:pointer}
button:hover{border-color:var(--accent)}
.theme{font-size:.85rem;white-space:nowrap}
code,pre,.name{font-family:var(--mono);font-size:.875em}
.name{overflow-wrap:anywhere}
pre{background:var(--sunken);padding:1rem;border-radius:8px;overflow-x:auto;line-height:1.45}
.copied+.plain{margin-top:1rem}
.copied p{margin:1rem 0 .4rem}
.copied button{font-size:.85rem;margin-left:.5rem;padding:.1rem .55rem}
.copied pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.hash{font-size:.75em}
.number,.numeric :is(td,th){text-align:right;font-variant-numeric:tabular-nums}
footer{margin-top:4rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--quiet);font-size:.85rem}
.skip{position:absolute;left:-999rem;background:var(--card);padding:.5rem 1rem;z-index:2}
.skip:focus{left:1rem;top:1rem}
[hidden]{display:none!important}`;

const verdictColors = [
  "noise-like",
  "noise-with-spikes",
  "structured",
  "heavy-tailed",
  "rank-deficient",
  "undetermined",
]
  .map((verdict) => `.${verdict}{--verdict:var(--verdict-${verdict})}`)
  .join("");

const summary = `
${verdictColors}
.holds{--verdict:var(--verdict-holds)}.missed{--verdict:var(--verdict-missed)}.undecided{--verdict:var(--verdict-undecided)}
.verdict{white-space:nowrap}
.verdict .mark{color:var(--verdict);margin-right:.4em;display:inline-block;width:1em;text-align:center}
.verdict-bar{display:flex;gap:3px;height:12px;margin:1rem 0 .8rem}
.verdict-bar span{background:var(--verdict);border-radius:2px;min-width:6px}
.verdict-counts{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:.6rem 1.5rem}
.verdict-counts .verdict{white-space:normal}
.verdict-counts b{font-variant-numeric:tabular-nums;margin-right:.35em}
.meaning{display:block;color:var(--quiet);font-size:.85rem;padding-left:1.5em;line-height:1.4}
.headlines{display:grid;grid-template-columns:repeat(auto-fit,minmax(13.5rem,1fr));gap:0;margin:2.25rem 0;border-block:1px solid var(--line)}
.headlines>div{padding:1.1rem 1.4rem 1.2rem 0}
.headlines dt{color:var(--quiet);font-size:.88rem}
.headlines dd{margin:0}
.headlines strong{display:block;font:600 2.1rem/1.25 var(--serif);font-variant-numeric:tabular-nums lining-nums}
.headlines span{color:var(--quiet);font-size:.85rem;display:block;line-height:1.4;text-wrap:pretty}
.findings{list-style:none;margin:0;padding:0}
.findings li{--tone:var(--accent);display:grid;grid-template-columns:6.5rem 1fr;gap:.5rem;padding:.8rem 0;border-top:1px solid var(--line)}
.findings li:first-child{border-top:0}
.findings .error{--tone:var(--error)}
.findings .warning{--tone:var(--warning)}
.severity{color:var(--tone);font-weight:600;font-size:.9rem}
.severity .mark{display:inline-block;width:1.3em;height:1.3em;line-height:1.2em;margin-right:.45em;text-align:center;border:1px solid currentColor;border-radius:50%;font-size:.85em}
.findings p{margin:.2rem 0 0}
.findings .advice{color:var(--quiet)}
.finding-id{color:var(--quiet);font-size:.8em;margin-left:.4em}
@media (max-width:560px){.findings li{grid-template-columns:1fr;gap:.1rem}}
.claims{list-style:none;margin:0;padding:0}
.claims>li{padding:1.2rem 0;border-top:1px solid var(--line)}
.claims p{max-width:46rem;margin:.5rem 0}
.claim{display:grid;grid-template-columns:12rem 1fr;gap:.3rem 1rem;align-items:baseline}
.claim .verdict{font-weight:600;color:var(--verdict)}
@media (max-width:700px){.claim{grid-template-columns:1fr}}
.prose,.warnings{overflow-wrap:anywhere}
.prose{max-width:46rem;padding-left:1.2rem}
.prose li{margin:.4rem 0}`;

const figures = `
figure{margin:0;min-width:0}
.chart{display:block;width:100%;height:auto;max-width:540px}
.chart text{font:12px var(--sans);font-variant-numeric:tabular-nums}
figcaption{color:var(--quiet);font-size:.88rem;line-height:1.45;margin-top:.35rem;max-width:33rem;overflow-wrap:break-word}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:2rem 2.5rem}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.25rem;list-style:none;margin:0 0 1.25rem;padding:0;font-size:.9rem}
.legend li{display:flex;align-items:center;gap:.4rem}`;

const tables = `
.scroll{overflow-x:auto;border-radius:8px;border:1px solid var(--line);background:var(--card);margin:1rem 0}
table{border-collapse:separate;border-spacing:0;font-size:.86rem;width:100%}
caption{text-align:left;padding:.6rem .75rem;color:var(--quiet)}
th,td{padding:.4rem .45rem;text-align:left;vertical-align:baseline;border-top:1px solid var(--line);white-space:nowrap}
thead th{border-top:0;font-weight:600;color:var(--quiet);font-size:.8rem;line-height:1.3;vertical-align:bottom;white-space:normal;min-width:3.6rem}
thead th.number{text-align:right}
tbody th{font-weight:400}
tbody tr:hover{background:var(--sunken)}
td small{color:var(--quiet);font-size:.85em}
.layers td small{display:block}
.weak,.skipped td,.skipped th{color:var(--quiet)}
.layers tbody th{max-width:22rem;white-space:normal;min-width:11rem;overflow-wrap:break-word}
@media screen and (min-width:700px){.layers tbody th{min-width:12.5rem}.layers th:first-child{position:sticky;left:0;background:var(--card)}.layers tbody tr:hover th:first-child{background:var(--sunken)}}
@media (max-width:700px){tbody th{white-space:normal;min-width:8rem;overflow-wrap:break-word}}
.scroll:has(>.narrow){width:fit-content;max-width:100%}
.narrow{width:auto;min-width:min(100%,26rem)}
th button{all:unset;cursor:pointer;box-sizing:border-box}
th button:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
th[aria-sort] button{color:var(--text)}
th[aria-sort=ascending] button::after{content:" ▲";font-size:.75em}
th[aria-sort=descending] button::after{content:" ▼";font-size:.75em}
.words{display:inline-block;white-space:normal;min-width:14rem;max-width:26rem}
.strip{display:inline-block;vertical-align:middle}
.strip .allowed{fill:var(--sunken);stroke:var(--line)}
.strip .line{stroke:var(--text);stroke-width:1.5}
.strip .interval{stroke:var(--chart-bulk-line);stroke-width:4}
.strip .seeds{fill:none;stroke:var(--chart-law);stroke-width:1.25}
.strip .mean{fill:var(--chart-spike)}
.seed-strip{display:block;margin:.15rem 0 0 auto;fill:var(--chart-law);fill-opacity:.75;stroke:var(--line)}
.seed-strip circle{stroke:none}
.spark{display:block}
.spark path{fill:var(--chart-bulk)}
.spark .edge{fill:none;stroke:var(--chart-law)}
.filter{display:flex;flex-wrap:wrap;gap:.6rem 1.25rem;align-items:center;margin:1rem 0;font-size:.9rem}
.filter output{color:var(--quiet)}
.filter [type=number]{width:4.5em}
.brushable{cursor:crosshair;touch-action:pan-y;user-select:none}
.brushed button{font-size:.85em;padding:.05rem .45rem}`;

const cards = `
.card,.earlier{border:1px solid var(--line);border-radius:10px;background:var(--card);margin:.75rem 0}
.earlier{padding:0 1rem}
.earlier[open]{padding-bottom:1rem}
.earlier>summary{margin:0 -1rem}
.card>summary,.earlier>summary{display:flex;flex-wrap:wrap;align-items:baseline;gap:.15rem 1rem;padding:.75rem 1.1rem .75rem 2.2rem;position:relative;cursor:pointer;list-style:none}
.card>summary::-webkit-details-marker,.earlier>summary::-webkit-details-marker{display:none}
.card>summary::before,.earlier>summary::before{content:"▸";color:var(--quiet);position:absolute;left:1.1rem}
.card[open]>summary::before,.earlier[open]>summary::before{content:"▾"}
.card summary h3,.card summary h4{font-size:1.05rem;min-width:0;flex:0 1 auto}
.card summary .name{font-weight:600;font-size:.92rem;overflow-wrap:break-word}
.facts{color:var(--quiet);font-size:.88rem}
@media (min-width:700px){.card>summary .facts{margin-left:auto}}
.card:target,.card.target{border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}
.card-body{position:relative;padding:0 1.1rem 1.1rem}
.card-body>.anchor{position:absolute;right:.9rem;top:0}
.evidence::first-letter{text-transform:uppercase}
.evidence{margin:0 2rem .3rem 0}
.fit{margin:.3rem 0 0;font-size:.92rem;color:var(--quiet);max-width:52rem}
.fit.rejected{color:var(--text);border-left:3px solid var(--warning);padding-left:.8rem}
.card-columns{display:grid;grid-template-columns:minmax(0,1fr);gap:1.5rem 2.5rem;margin:1.1rem 0 .5rem}
@media (min-width:860px){.card-columns{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
.views{margin:1.1rem 0}
.views[hidden]{display:none}
.groups{columns:22rem 2;column-gap:2.5rem;margin:1.1rem 0 .5rem}
.groups .numbers{break-inside:avoid;padding-bottom:1.1rem}
.numbers{font-size:.875rem}
.group{margin:0 0 .2rem;font-weight:600}
dl{margin:0}
.numbers dl>div,.plain>div{display:flex;justify-content:space-between;gap:1rem;border-top:1px solid var(--line);padding:.18rem 0}
.numbers dt,.plain dt{color:var(--quiet)}
.numbers dd,.plain dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.plain{max-width:34rem}
.save{margin:.35rem 0 0;font-size:.8rem;color:var(--quiet)}
.save button{padding:.05rem .45rem;font-size:.8rem}
.numbers dt button{all:unset;cursor:pointer;text-decoration:underline dotted;text-underline-offset:3px}
.numeric th button{text-decoration:underline dotted;text-underline-offset:3px}
.numbers dt button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.numbers dl>div{flex-wrap:wrap}
.numbers dt{flex:1 1 0}
.numbers dd{max-width:64%}
.told{color:var(--quiet);font-size:.875rem;margin:.2rem 0;padding:.1rem 0 .4rem .8rem;border-left:2px solid var(--line)}
.numbers .told{flex:1 0 100%;max-width:none;text-align:left}
.told p{margin:.1rem 0}
.definitions td{min-width:12rem;max-width:26rem;white-space:normal;vertical-align:top}
.definitions th{vertical-align:top}
.data>summary{cursor:pointer;color:var(--accent);font-size:.9rem;width:fit-content}
.glossary{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1.1rem 2.5rem}
.glossary dt{font-weight:600}
.glossary dd{margin:0;color:var(--quiet);font-size:.92rem}`;

/** Paper shows everything: folded parts open (where the browser allows it without the script). */
const special = `
@media (forced-colors:active){.verdict-bar span{border:1px solid}}
@media print{
body{font-size:10.5pt}
.page{max-width:none;padding:0}
nav,.filter,.copied button,.brushed,.brush,.save,.fold,.theme,.anchor,.skip{display:none!important}
details::details-content{content-visibility:visible;display:block;height:auto}
.card,figure,.findings li{break-inside:avoid}
.scroll{overflow:visible;border:0}
.charts,.card-columns{grid-template-columns:1fr 1fr;gap:1rem 1.5rem}
.headlines{grid-template-columns:repeat(4,1fr)}
.heading{margin-top:2rem;break-after:avoid}
tr{break-inside:avoid}
th,td{padding:.15rem .3rem}
.layers,.definitions{font-size:6.5pt}
.layers :is(th,td),.definitions :is(th,td){white-space:normal;min-width:0;max-width:none;padding:.1rem .2rem;overflow-wrap:break-word}
.layers thead th{font-size:6pt}
.layers td.number{white-space:nowrap}
.layers tbody th{overflow-wrap:anywhere}
.spark{width:48px}
}`;
