/** The report's look: paper, always light; states carry a word and a shape, so black-and-white print loses nothing. */
export const STYLE = `
:root{color-scheme:light;--t1:#12161a;--t2:#3f4852;--t3:#59636e;--line:#d0d5da;--line1:#e3e6e9;--green:#0a6e44;--red:#b3261e;--amber:#855100;--blue:#1a5bb8;--violet:#5f3bbd}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--t1);font:13px/1.45 "Inter Variable",Inter,system-ui,"Segoe UI","Liberation Sans",sans-serif;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:52rem;margin:0 auto;padding:2.5rem 2rem}
header{display:flex;justify-content:space-between;gap:2rem;align-items:flex-start}
h1{font-size:26px;letter-spacing:-.02em;line-height:1.2;margin:0}
h2{font-size:14px;margin:2rem 0 .5rem;padding-bottom:5px;border-bottom:1.5px solid var(--t1)}
h3{font-size:13px;margin:1.25rem 0 .25rem}
p{margin:.25rem 0}
.sub{color:var(--t2)} .brand{font-weight:600;white-space:nowrap}
.verdict{font-size:17px;font-weight:600;margin:1.25rem 0 .75rem}
.exercise{border:3px double var(--violet);color:var(--violet);font-weight:600;padding:.35rem .75rem;margin:0 0 1.25rem;letter-spacing:.04em}
.results{display:grid;grid-template-columns:repeat(3,1fr);border:1px solid var(--line);border-radius:8px}
.results>div{padding:.75rem 1rem;border-left:1px solid var(--line)} .results>div:first-child{border:0}
.results .label{color:var(--t2);font-size:12px} .results .value{font-size:22px;font-weight:600;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.good{color:var(--green)} .bad{color:var(--red)} .care{color:var(--amber)} .quiet{color:var(--t3)} .sim{color:var(--violet)}
.good,.bad,.care,.sim{font-weight:550}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:500;color:var(--t3);font-size:12px} th,td{padding:4px 8px 4px 0;border-bottom:1px solid var(--line1);vertical-align:top;overflow-wrap:anywhere}
td.number,th.number{text-align:right;white-space:nowrap} th{white-space:nowrap;overflow-wrap:normal} td.short{white-space:nowrap} td .good,td .bad,td .care,td .sim{white-space:nowrap}
tr{break-inside:avoid} thead{display:table-header-group}
dl{display:grid;grid-template-columns:9rem 1fr;gap:3px 1rem;margin:.25rem 0} dt{color:var(--t3)} dd{margin:0;overflow-wrap:anywhere}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 2rem}
code,pre{font-family:"JetBrains Mono Variable","JetBrains Mono",ui-monospace,"Liberation Mono",monospace;font-size:11px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f8f9fa;border:1px solid var(--line1);border-radius:4px;padding:6px 8px;margin:.35rem 0}
.step{break-inside:avoid;margin-top:1rem}
.timeline{width:100%;height:auto;font-size:11px} .timeline text{fill:var(--t2)} .timeline .lane{fill:var(--t3)} .timeline .number{text-anchor:middle;font-weight:600;fill:var(--t1);paint-order:stroke;stroke:#fff;stroke-width:3px}
.timeline .on-tool{fill:#fff;stroke:none} .timeline .bar.tool{fill:var(--blue)} .timeline .bar{stroke:var(--t2);stroke-width:.5}
.timeline .line{stroke:var(--t1);stroke-width:1.5} .timeline .line.target{stroke:var(--red)} .timeline .line.no-return{stroke:var(--amber);stroke-dasharray:2 2} .timeline .line.outage{stroke:var(--t3)}
.timeline .label{font-weight:600} .timeline .label.target{fill:var(--red)} .timeline .label.no-return{fill:var(--amber)}
.timeline .told{fill:#fff;stroke:var(--green);stroke-width:1.3} .timeline .tick{fill:none;stroke:var(--green);stroke-width:1.4} .timeline .tick-label{fill:var(--t3);font-size:10px}
.legend{display:flex;flex-wrap:wrap;gap:1rem;color:var(--t2);font-size:12px} .legend svg{width:18px;height:9px;vertical-align:baseline;margin-right:5px}
.signatures{display:grid;grid-template-columns:repeat(3,1fr);gap:2rem;margin-top:2.5rem} .signatures div{border-top:1px solid var(--t2);padding-top:4px;color:var(--t2)}
footer{margin-top:2rem;padding-top:.5rem;border-top:1.5px solid var(--t1);color:var(--t3);font-size:12px}
@page{size:A4;margin:16mm 14mm}
@media print{main{padding:0;max-width:none} h2{break-after:avoid} .page{break-before:page}}
@media (max-width:640px){.two,.results,.signatures{grid-template-columns:1fr} .results>div{border-left:0;border-top:1px solid var(--line)}}
`;
