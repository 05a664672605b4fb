// Opens pages in headless Chromium and says what a person would run into: console errors, requests, contrast and
// structure (axe-core), controls that the keyboard does not reach, text that leaves the window, slow first paint.
//
//   node check.mjs CHROMIUM AXE.js JOBS.json
//
// JOBS: [{ name, file, shots: DIR or null, snapshots: DIR or null, bless, brief: once is enough for axe }] examines a page;
//       [{ name, print: [FILE…] }] counts the printed pages of each file.
//
// A snapshot is a small picture of what is on the first screen, with the boxes of the page's parts and a fingerprint of
// the fonts. Where the fonts are those of the snapshot, pictures are compared block by block; where they are others, the
// parts' order, places and widths are.
// Prints one JSON document. Talks to Chromium over the DevTools protocol and needs no package.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, axeFile, jobsFile] = process.argv.slice(2);
const axe = readFileSync(axeFile, "utf8");
const profile = mkdtempSync(join(tmpdir(), "rollproof-browser-"));
const browser = spawn(chromium, [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", `--user-data-dir=${profile}`,
  "--no-first-run", "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
  "--disable-dev-shm-usage", "about:blank",
], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
browser.on("error", (error) => { throw error; });

let next = 0;
const waiting = new Map();
const listeners = [];
let pending = Buffer.alloc(0);
browser.stdio[4].on("data", (data) => {
  pending = Buffer.concat([pending, data]);
  for (let end = pending.indexOf(0); end >= 0; end = pending.indexOf(0)) {
    const message = JSON.parse(pending.subarray(0, end).toString());
    pending = pending.subarray(end + 1);
    if (!message.id) {
      listeners.forEach((listener) => listener(message));
      continue;
    }
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) { reject(new Error(JSON.stringify(message.error))); } else { resolve(message.result); }
  }
});
const call = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
  next += 1;
  waiting.set(next, { resolve, reject });
  browser.stdio[3].write(`${JSON.stringify({ id: next, method, params, sessionId })}\0`);
});

class Tab {
  static async open() {
    const { targetId } = await call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
    const tab = new Tab();
    Object.assign(tab, { targetId, sessionId, errors: [], requests: [] });
    listeners.push((event) => tab.heard(event));
    for (const domain of ["Page", "Runtime", "Log", "Network"]) { await tab.call(`${domain}.enable`); }
    return tab;
  }

  call(method, params) { return call(method, params, this.sessionId); }

  heard(event) {
    if (event.sessionId !== this.sessionId) { return; }
    const p = event.params;
    if (event.method === "Runtime.exceptionThrown") { this.errors.push(p.exceptionDetails.text); }
    if (event.method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(p.type)) {
      this.errors.push(p.args.map((a) => a.value ?? a.description).join(" "));
    }
    if (event.method === "Log.entryAdded" && ["error", "warning"].includes(p.entry.level)) { this.errors.push(p.entry.text); }
    if (event.method === "Network.requestWillBeSent") { this.requests.push(p.request.url); }
    if (event.method === "Page.loadEventFired" && this.loaded) { this.loaded(); }
  }

  async goto(url) {
    const loaded = new Promise((resolve) => { this.loaded = resolve; });
    await this.call("Page.navigate", { url });
    await loaded;
    await this.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))");
  }

  async run(expression) {
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) { throw new Error(JSON.stringify(exceptionDetails)); }
    return result.value;
  }

  media(scheme, media = "") {
    return this.call("Emulation.setEmulatedMedia", { media, features: [{ name: "prefers-color-scheme", value: scheme }] });
  }

  size(width, height, mobile = false) {
    return this.call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: mobile ? 2 : 1, mobile });
  }

  async key(key, code, text) {
    const event = { key, code: key, windowsVirtualKeyCode: code };
    await Promise.all([
      this.call("Input.dispatchKeyEvent", { ...event, type: "keyDown", text }),
      this.call("Input.dispatchKeyEvent", { ...event, type: "keyUp" }),
    ]);
  }

  async shot(path, whole = false) {
    const options = { format: "webp", quality: 70, captureBeyondViewport: whole };
    if (whole) {
      const { cssContentSize } = await this.call("Page.getLayoutMetrics");
      options.clip = { x: 0, y: 0, width: cssContentSize.width, height: Math.min(cssContentSize.height, 6000), scale: 1 };
    }
    const { data } = await this.call("Page.captureScreenshot", options);
    writeFileSync(path, Buffer.from(data, "base64"));
  }

  async png(scale) {
    const { cssVisualViewport: view } = await this.call("Page.getLayoutMetrics");
    const clip = { x: 0, y: 0, width: view.clientWidth, height: view.clientHeight, scale };
    return (await this.call("Page.captureScreenshot", { format: "png", clip, optimizeForSpeed: false })).data;
  }

  close() { return call("Target.closeTarget", { targetId: this.targetId }); }
}

// Everything that a mouse can use, and what Tab reaches of it.
const CONTROLS = `(() => {
  const list = [...document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex]:not([tabindex="-1"])')];
  return list.filter(e => !e.closest('details:not([open]) > :not(summary)') && (e.checkVisibility ? e.checkVisibility() : true))
    .map((e, i) => { e.dataset.probe = i; return (e.tagName + ' ' + (e.textContent || e.getAttribute('aria-label') || '').trim()).slice(0, 60); });
})()`;

async function keyboard(tab) {
  const controls = await tab.run(CONTROLS);
  await tab.run(`window.probeReached = new Set(); document.addEventListener("focusin", (e) => {
    if (e.target.dataset && e.target.dataset.probe) { probeReached.add(Number(e.target.dataset.probe)); } });
    document.activeElement && document.activeElement.blur(); window.scrollTo(0, 0)`);
  for (let at = 0; at < controls.length + 5; at += 1) { await tab.key("Tab", 9); }
  const reached = new Set(await tab.run("[...probeReached]"));
  return { controls: controls.length, unreached: controls.filter((_, at) => !reached.has(at)).slice(0, 20) };
}

// A closed <details> opens by Enter; the search box filters by typing; a sort button sorts by Enter.
async function use(tab) {
  const used = {};
  if (await tab.run("!!document.querySelector('details:not([open]) > summary')")) {
    await tab.run("window.probeDetails = document.querySelector('details:not([open])'); probeDetails.firstElementChild.focus()");
    await tab.key("Enter", 13, "\r");
    used.details = await tab.run("probeDetails.open");
  }
  if (await tab.run("!!document.getElementById('school-filter')")) {
    await tab.run("document.getElementById('school-filter').focus()");
    for (const letter of "zzz") { await tab.key(letter, letter.toUpperCase().charCodeAt(0), letter); }
    used.filter = await tab.run("[...document.getElementById('schools-table').tBodies[0].rows].filter(r => !r.hidden).length") === 0;
    for (let i = 0; i < 3; i += 1) { await tab.key("Backspace", 8); }
    await tab.run("document.querySelector('#schools-table th button').focus()");
    await tab.key("Enter", 13, "\r");
    used.sort = await tab.run("!!document.querySelector('#schools-table th[aria-sort]')");
  }
  return used;
}

async function violations(tab, rules) {
  await tab.run(axe + ";0");
  const found = await tab.run(`axe.run(document, { resultTypes: ['violations', 'incomplete'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(r => r.violations.map(v => v.id + ' (' + v.impact + '): ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.any[0] ? n.any[0].message : '')).join(' | ')))`);
  return found.map((v) => `${rules}: ${v}`);
}

// Widths of texts in the page's fonts: equal where the same fonts are drawn.
const FONTS = `(() => {
  const probe = (font) => { const c = document.createElement("canvas").getContext("2d"); c.font = font;
    return ["Hamburgefonstiv 0123", "✕ → ▲ · Muñoz"].map((t) => c.measureText(t).width.toFixed(2)); };
  return [...probe(getComputedStyle(document.body).font), ...probe("16px monospace")].join(" ");
})()`;
// The page's parts: name, left edge, right edge, top, bottom.
const PARTS = `[...document.querySelectorAll("header, nav, .cards, section, dl, .two > div, .decide, footer, .answer")]
  .filter((e) => e.checkVisibility()).map((e) => { const r = e.getBoundingClientRect();
    const name = e.tagName.toLowerCase() + (e.id ? "#" + e.id : e.className ? "." + e.className.split(" ")[0] : "");
    return [name, ...[r.left, r.right, r.top, r.bottom].map(Math.round)]; })`;

// Share of blocks of 16 x 16 points whose mean colour differs clearly; 1 where the sizes differ.
const COMPARE = `(async (a, b) => {
  const load = (data) => new Promise((resolve, reject) => { const i = new Image(); i.onload = () => resolve(i); i.onerror = reject; i.src = "data:image/png;base64," + data; });
  const [old, now] = await Promise.all([load(a), load(b)]);
  if (old.width !== now.width || old.height !== now.height) { return 1; }
  const means = (image) => { const c = document.createElement("canvas"); c.width = Math.ceil(image.width / 16); c.height = Math.ceil(image.height / 16);
    const d = c.getContext("2d"); d.imageSmoothingQuality = "high"; d.drawImage(image, 0, 0, c.width, c.height); return d.getImageData(0, 0, c.width, c.height).data; };
  const [x, y] = [means(old), means(now)];
  let differ = 0;
  for (let at = 0; at < x.length; at += 4) { if (Math.max(...[0, 1, 2].map((c) => Math.abs(x[at + c] - y[at + c]))) > 24) { differ += 1; } }
  return differ / (x.length / 4);
})`;

// What is different from the snapshot; an empty list when nothing is. A snapshot that is not there is a difference.
async function snapshot(tab, job, mode) {
  const [picture, record] = ["png", "json"].map((end) => join(job.snapshots, `${job.name}-${mode}.${end}`));
  const now = { fonts: await tab.run(FONTS), parts: await tab.run(PARTS) };
  const image = await tab.png(0.5);
  if (job.bless) {
    mkdirSync(job.snapshots, { recursive: true });
    writeFileSync(picture, Buffer.from(image, "base64"));
    writeFileSync(record, `${JSON.stringify(now).replaceAll("],[", "],\n[")}\n`);
    return [];
  }
  if (!existsSync(picture) || !existsSync(record)) { return [`${mode}: no snapshot; ROLLPROOF_BLESS=1 makes it`]; }
  const old = JSON.parse(readFileSync(record, "utf8"));
  if (old.fonts === now.fonts) {
    const blank = await Tab.open();
    const share = await blank.run(`(${COMPARE})("${readFileSync(picture).toString("base64")}", "${image}")`);
    await blank.close();
    job.compared.push(`${mode} picture ${(100 * share).toFixed(1)} %`);
    return share > 0.04 ? [`${mode}: ${(100 * share).toFixed(1)} % of the picture is not as in ${picture}`] : [];
  }
  job.compared.push(`${mode} parts (other fonts)`);
  const names = (record) => record.parts.map((part) => part[0]).join(" ");
  if (names(old) !== names(now)) { return [`${mode}: the parts were ${names(old)} and are ${names(now)}`]; }
  const width = await tab.run("innerWidth");
  const moved = now.parts.filter((part, at) => [1, 2].some((edge) => Math.abs(part[edge] - old.parts[at][edge]) > width * 0.03));
  return moved.map((part) => `${mode}: ${part[0]} is from ${part[1]} to ${part[2]}`);
}

async function prints(job) {
  const tab = await Tab.open();
  const pages = {};
  for (const file of job.print) {
    await tab.goto(pathToFileURL(file).href);
    const letter = await printed(tab);
    const a4 = await printed(tab, { paperWidth: 8.27, paperHeight: 11.69 });
    pages[file] = Math.max(letter.pages, a4.pages);
  }
  await tab.close();
  return { name: job.name, pages };
}

async function printed(tab, paper = {}) {
  const { data } = await tab.call("Page.printToPDF", { printBackground: false, preferCSSPageSize: true, ...paper });
  const pdf = Buffer.from(data, "base64");
  return { pdf, pages: (pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g) || []).length };
}

async function examine(job) {
  const url = pathToFileURL(job.file).href;
  const tab = await Tab.open();
  const shots = job.shots ? (mode) => join(job.shots, `${job.name}-${mode}.webp`) : null;
  const found = { name: job.name, violations: [], overflow: [], snapshots: [] };
  job.compared = [];
  const keep = async (mode) => { if (job.snapshots) { found.snapshots.push(...await snapshot(tab, job, mode)); } };
  await tab.size(1280, 900);
  await tab.media("light");
  await tab.goto(url);
  found.paint_ms = await tab.run(`new Promise((resolve) => {
    const look = (left) => {
      const paints = performance.getEntriesByType("paint").map((p) => p.startTime);
      if (paints.length || !left) { resolve(paints.length ? Math.round(Math.max(...paints)) : null); } else { setTimeout(look, 50, left - 1); }
    };
    look(40);
  })`);
  found.load_ms = await tab.run("Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)");
  step(`${job.name} loaded`);
  await keep("light");
  found.violations.push(...await violations(tab, "light"));
  step(`${job.name} axe`);
  if (shots) { await tab.shot(shots("light")); await tab.shot(shots("whole"), true); }
  step(`${job.name} shots`);
  found.keyboard = await keyboard(tab);
  step(`${job.name} keyboard, ${found.keyboard.controls} controls`);
  found.used = await use(tab);
  const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  if (await tab.run(overflow) > 0) { found.overflow.push("desktop"); }
  await tab.media("dark");
  await tab.goto(url);
  if (!job.brief) { found.violations.push(...await violations(tab, "dark")); }
  await keep("dark");
  if (shots) { await tab.shot(shots("dark")); }
  await tab.size(390, 844, true);
  await tab.media("light");
  await tab.goto(url);
  if (!job.brief) { found.violations.push(...await violations(tab, "phone")); }
  if (await tab.run(overflow) > 0) { found.overflow.push("phone"); }
  await keep("phone");
  if (shots) { await tab.shot(shots("phone")); await tab.shot(shots("phone-whole"), true); }
  await tab.size(816, 1056);
  await tab.media("light", "print");
  await tab.goto(url);
  await keep("print");
  if (shots) { await tab.shot(shots("print")); }
  await tab.media("light", "");
  const { pdf, pages } = await printed(tab);
  found.pages = pages;
  found.compared = job.compared;
  if (job.shots) { writeFileSync(join(job.shots, `${job.name}.pdf`), pdf); }
  found.errors = tab.errors;
  found.requests = tab.requests.filter((request) => request !== url && request !== "about:blank");
  await tab.close();
  return found;
}

const started = Date.now();
const step = (text) => { if (process.env.ROLLPROOF_STEPS) { console.error(`${((Date.now() - started) / 1000).toFixed(1)} s  ${text}`); } };
const results = [];
for (const job of JSON.parse(readFileSync(jobsFile, "utf8"))) { results.push(await (job.print ? prints(job) : examine(job))); }
console.log(JSON.stringify(results, null, 1));
browser.kill();
await new Promise((resolve) => browser.on("exit", resolve));
try { rmSync(profile, { recursive: true, force: true, maxRetries: 5 }); } catch { /* the system's own clean-up takes it */ }
