'use strict';
// Stands in for Electron's own default_app.asar where a runtime lacks it: `electron [-r MODULE]… APP [ARGS]`.
const { app } = require('electron');
const path = require('node:path');
const fs = require('node:fs');
const Module = require('node:module');

const words = process.argv.slice(1);
const required = [];
let at = 0;
while (at < words.length && words[at].startsWith('-')) {
  if (words[at] === '-r' || words[at] === '--require') required.push(words[++at]);
  at += 1;
}
const target = words[at];
if (target === undefined) {
  process.stderr.write('electron: no application was named\n');
  process.exit(2);
}

const place = path.resolve(target);
process.defaultApp = true;
for (const module of required) require(module);
let main = place;
if (fs.statSync(place).isDirectory()) {
  const about = JSON.parse(fs.readFileSync(path.join(place, 'package.json'), 'utf8'));
  main = path.join(place, about.main ?? 'index.js');
  if (about.version) app.setVersion(about.version);
  app.name = about.productName ?? about.name ?? app.name;
  app.setAppPath(place);
} else {
  app.setAppPath(path.dirname(place));
}
process.argv.splice(1, at + 1, target);
Module._load(main, null, true);
