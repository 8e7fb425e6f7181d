/** The report's look: paper, always light; states carry a word and a shape, so black-and-white print loses nothing. */
export const STYLE = `
:root{color-scheme:light;--t1:#12161a;--t2:#3f4852;--t3:#59636e;--line:#d0d5da;--line1:#e3e6e9;--green:#0a6e44;--red:#b3261e;--amber:#855100;--blue:#1a5bb8;--violet:#5f3bbd}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--t1);font:12.5px/1.42 "Inter Variable",Inter,system-ui,"Segoe UI","Liberation Sans",sans-serif;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:52rem;margin:0 auto;padding:2.5rem 2rem}
header{display:flex;justify-content:space-between;gap:2rem;align-items:flex-start}
h1{font-size:23px;letter-spacing:-.02em;line-height:1.2;margin:0}
h2{font-size:14px;margin:1.6rem 0 .5rem;padding-bottom:4px;border-bottom:1.5px solid var(--t1);break-after:avoid}
h2.small{font-size:13px;margin:.7rem 0 .3rem;padding-bottom:3px}
.sheet{display:flex;flex-direction:column;font-size:12px;line-height:1.38} .sheet td,.sheet th{padding-top:2px;padding-bottom:2px} .sheet dl{gap:1px 1rem} .sheet>.foot{margin-top:auto}
h3{font-size:12.5px;margin:1rem 0 .25rem;break-after:avoid}
p{margin:.25rem 0} .nothing{margin:.7rem 0 .2rem}
.sub{color:var(--t2)} .brand{font-weight:600;white-space:nowrap}
.verdict{display:flex;align-items:center;gap:.9rem;font-size:16px;font-weight:600;line-height:1.3;margin:.6rem 0 .5rem}
.verdict strong{flex:none;font-size:21px;letter-spacing:-.01em;padding:.2rem .8rem;border:2.5px solid;border-radius:6px;text-transform:uppercase}
.verdict.yes strong{color:var(--green)} .verdict.no strong{color:#fff;background:var(--red);border-color:var(--red)} .verdict.open strong{color:var(--t3);border-style:dashed}
.exercise{border:3px double var(--violet);color:var(--violet);font-weight:600;padding:.2rem .75rem;margin:0 0 .75rem;letter-spacing:.04em}
.results{display:grid;grid-template-columns:repeat(3,1fr);border:1px solid var(--line);border-radius:8px}
.results>div{padding:.45rem 1rem;border-left:1px solid var(--line)} .results>div:first-child{border:0}
.results .label{color:var(--t2);font-size:12px} .results .value{font-size:20px;font-weight:600;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.good{color:var(--green)} .bad{color:var(--red)} .care{color:var(--amber)} .quiet{color:var(--t3)} .sim{color:var(--violet)} .missing{color:var(--t3);font-style:italic}
.good,.bad,.care,.sim{font-weight:550}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;margin-bottom:.35rem}
th{text-align:left;font-weight:500;color:var(--t3);font-size:11.5px} th,td{padding:3px 8px 3px 0;border-bottom:1px solid var(--line1);vertical-align:top;overflow-wrap:break-word}
th:last-child,td:last-child{padding-right:0}
th{white-space:nowrap} td.short{white-space:nowrap} td.digest,td.long{overflow-wrap:anywhere} td.digest{font-size:11px} td .good,td .bad,td .care,td .sim{white-space:nowrap}
table.log{font-size:11px} table.log td,table.log th{padding-right:6px} table.log td:nth-child(6),table.log td:nth-child(7){white-space:normal;color:var(--t2)} table.log td:nth-child(2){font-weight:550;min-width:8.5rem} table.log td:last-child{min-width:8rem} table.log td:nth-child(9){white-space:normal}
tr{break-inside:avoid} thead{display:table-header-group}
dl{display:grid;grid-template-columns:10rem 1fr;gap:2px 1rem;margin:.25rem 0} dt{color:var(--t3)} dd{margin:0;overflow-wrap:anywhere}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 2rem} .two dl{grid-template-columns:6.5rem 1fr}
code,pre{font-family:"JetBrains Mono Variable","JetBrains Mono",ui-monospace,"Liberation Mono",monospace;font-size:10.5px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f8f9fa;border:1px solid var(--line1);border-radius:4px;padding:5px 8px;margin:.3rem 0}
.timeline{width:100%;height:auto;font-size:15px} .timeline text{fill:var(--t2)} .timeline .lane{fill:var(--t3)} .timeline .number{text-anchor:middle;font-weight:600;fill:var(--t1);paint-order:stroke;stroke:#fff;stroke-width:4px}
.timeline .on-tool{fill:#fff;stroke:none} .timeline .bar.tool{fill:var(--blue)} .timeline .bar{stroke:var(--t2);stroke-width:.5}
.timeline .line{stroke:var(--t1);stroke-width:1.8} .timeline .line.target{stroke:var(--red);stroke-width:2.4} .timeline .line.no-return{stroke:var(--amber);stroke-dasharray:3 3} .timeline .line.outage{stroke:var(--t3)} .timeline .line.handover{stroke:var(--t2);stroke-dasharray:1 3}
.timeline .rail{stroke:var(--line1)}
.timeline .label{font-weight:600;font-size:14.5px;paint-order:stroke;stroke:#fff;stroke-width:4px} .timeline .label.target{fill:var(--red)} .timeline .label.no-return{fill:var(--amber)} .timeline .beyond{fill:var(--red);font-size:13px}
.timeline .told{fill:#fff;stroke:var(--green);stroke-width:1.5} .timeline .tick{fill:none;stroke:var(--green);stroke-width:1.7} .timeline .inject{fill:var(--violet)} .timeline .tick-label{fill:var(--t3);font-size:13.5px}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1rem;color:var(--t2);font-size:11.5px;margin-top:.4rem} .legend svg{width:18px;height:9px;vertical-align:baseline;margin-right:5px}
.foot{border-top:1.5px solid var(--t1);padding-top:.5rem;break-inside:avoid} .foot .small{font-size:10.5px;margin-top:.25rem}
.seal{display:flex;gap:1.25rem;align-items:flex-start} .seal .grow{flex:1;min-width:0} .seal .qr{width:24mm;height:24mm;flex:none;margin:-1.5mm 0 0 -1.5mm}
.signatures{display:grid;grid-template-columns:repeat(3,1fr);gap:.4rem 1.25rem;font-size:11.5px;margin-bottom:.35rem} .sig{border-bottom:1px solid var(--t2);height:1.35rem;font-size:13px;font-weight:550;display:flex;align-items:flex-end;padding-bottom:2px}
.words{font-weight:600;letter-spacing:.01em} .code{display:flex;gap:1.25rem;align-items:center;break-inside:avoid} .code .qr{width:42mm;height:42mm;flex:none;margin-left:-3mm} .code .words{font-size:15px;line-height:1.5}
@page{size:A4;margin:14mm 14mm 16mm;@bottom-right{content:"Page " counter(page) " of " counter(pages);font:10px Inter,"Liberation Sans",sans-serif;color:#59636e}}
@media screen{.sheet>.foot{margin-top:1.4rem}}
@media print{main{padding:0;max-width:none} .sheet{min-height:263mm} .page{break-before:page} h2.page{margin-top:0}}
@media (max-width:640px){.two,.results,.signatures{grid-template-columns:1fr} .results>div{border-left:0;border-top:1px solid var(--line)} .seal{flex-direction:column} dl{grid-template-columns:1fr} dd{margin-bottom:4px}}
`;
