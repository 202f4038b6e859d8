// What the app asks of the browser. Bundled by esbuild; the app calls nothing else.
import { openDB, deleteDB } from 'idb';

const stores = ['session', 'answers', 'outbox', 'drafts'];
const kept = { answers: 200 };
let database, app, channel, waiting;
const turns = new Map();
let lastTurn = 0;

function open() {
  return (database ??= openDB('jarvis', 1, {
    upgrade(db) {
      for (const name of stores) if (!db.objectStoreNames.contains(name)) db.createObjectStore(name);
    },
    // Another tab wipes the device: let it.
    blocking() { database?.then(db => db.close()); database = undefined; },
  }));
}

// Which kind of network; only some browsers say.
const network = () => 'network ' + ({ cellular: 'mobile', wimax: 'mobile', wifi: 'unmetered', ethernet: 'unmetered' }[navigator.connection?.type] ?? 'unknown');

const hear = what => app?.invokeMethodAsync('Hear', what).catch(() => {});

export function start(reference) {
  app = reference;
  addEventListener('online', () => hear('online'));
  addEventListener('offline', () => hear('offline'));
  document.addEventListener('visibilitychange', () => { if (!document.hidden) hear('visible'); });
  navigator.connection?.addEventListener?.('change', () => hear(network()));
  channel = new BroadcastChannel('jarvis');
  channel.onmessage = message => hear(message.data);
  watchForUpdates();
  countData();
  const preferences = Object.keys(localStorage).filter(key => key.startsWith('jarvis.')).map(key => `${key.slice(7)}=${localStorage.getItem(key)}`);
  return [navigator.onLine ? 'online' : 'offline', navigator.language || 'zh-CN', network(), ...preferences].join('\n');
}

// A new version is never forced on anybody: it waits until the person says so.
async function watchForUpdates() {
  // On the very first visit the worker is registered only after this; where there is none at all, this waits for good.
  const registration = await navigator.serviceWorker?.ready;
  if (!registration) return;
  const tell = () => { if (registration.waiting && navigator.serviceWorker.controller) { waiting = registration.waiting; hear('update'); } };
  tell();
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', tell));
  const look = () => { if (!document.hidden && !(localStorage.getItem('jarvis.wifi-only') && network() === 'network mobile')) registration.update().catch(() => {}); };
  document.addEventListener('visibilitychange', look);
  // An app that is never put away asks now and then.
  setInterval(look, 1800000);
}

export function applyUpdate() {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  if (waiting) waiting.postMessage('take over'); else location.reload();
}

// Null when no answer came, or none in time; else its status in two bytes, then its body.
const posts = new Map();

export async function post(number, path, body, token, within) {
  const control = new AbortController();
  const late = setTimeout(() => control.abort(), within);
  posts.set(number, control);
  try {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json' };
    if (token) headers.Authorization = 'Bearer ' + token;
    const answer = await fetch(path, { method: 'POST', headers, body, signal: control.signal, cache: 'no-store' });
    const content = new Uint8Array(await answer.arrayBuffer());
    const whole = new Uint8Array(content.length + 2);
    whole.set([answer.status >> 8, answer.status & 255]);
    whole.set(content, 2);
    return whole;
  } catch { return null; } finally {
    clearTimeout(late);
    posts.delete(number);
  }
}

export function abandon(number) { posts.get(number)?.abort(); }

export async function get(store, key) { return (await (await open()).get(store, key))?.value ?? null; }

export async function put(store, key, value) {
  const db = await open();
  await db.put(store, { value, at: Date.now() }, key);
  if (kept[store] && (await db.count(store)) > kept[store]) {
    const entries = await Promise.all((await db.getAllKeys(store)).map(async k => [k, (await db.get(store, k)).at]));
    entries.sort((a, b) => a[1] - b[1]);
    for (const [old] of entries.slice(0, entries.length - kept[store])) await db.delete(store, old);
  }
}

export async function remove(store, key) { await (await open()).delete(store, key); }

export async function keys(store) { return (await (await open()).getAllKeys(store)).map(String); }

export async function wipe() {
  (await open()).close();
  database = undefined;
  await deleteDB('jarvis');
  const look = Object.entries(localStorage).filter(([key]) => key === 'jarvis.theme' || key === 'jarvis.language');
  localStorage.clear();
  sessionStorage.clear();
  // How it looks is the device's, not the person's.
  for (const [key, value] of look) localStorage.setItem(key, value);
  // The app itself stays, so that the device still starts offline; whatever else was cached goes.
  for (const name of (await globalThis.caches?.keys()) ?? []) if (!name.startsWith('jarvis-app-')) await caches.delete(name);
}

export function takeTurn(name) {
  const number = ++lastTurn;
  if (!navigator.locks) return number; // An insecure origin has none; it has one tab's worth of trouble at most.
  return new Promise((resolve, reject) => {
    navigator.locks.request('jarvis-' + name, () => new Promise(end => { turns.set(number, end); resolve(number); })).catch(reject);
  });
}

export function endTurn(number) { turns.get(number)?.(); turns.delete(number); }

export function tell(what) { channel?.postMessage(what); }

export function prefer(name, value) {
  if (value === null) localStorage.removeItem('jarvis.' + name); else localStorage.setItem('jarvis.' + name, value);
  if (name === 'theme') look();
  if (name === 'language') document.documentElement.lang = value === 'en' ? 'en' : 'zh-CN';
}

export function look() {
  const theme = localStorage.getItem('jarvis.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  globalThis.dispatchEvent(new Event('jarvis-look'));
}

export function copy(text) { return navigator.clipboard.writeText(text); }

export function download(name, type, content) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Native dialogs: opened modally, closed by Esc or by a press beside them; the browser gives the focus back.
export function showDialog(element, reference) {
  if (element.open) return;
  element.addEventListener('cancel', event => { event.preventDefault(); reference.invokeMethodAsync('Dismiss'); });
  element.addEventListener('pointerdown', event => { if (event.target === element) reference.invokeMethodAsync('Dismiss'); });
  element.showModal();
}

export function closeDialog(element) { if (element?.open) element.close(); }

export function focus(element) { element?.focus(); }

export function scrollUp() { (document.querySelector('[data-scroll]') ?? document.scrollingElement).scrollTo({ top: 0, behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' }); }

// A list that a detail covered is found again where it was left.
export function keepPlace(panes) {
  const list = () => panes.querySelector(':scope > .pane-list'), page = document.scrollingElement;
  let top = 0, covered = false;
  const note = () => {
    if (!panes.isConnected) { removeEventListener('scroll', note); watch.disconnect(); return; }
    if (panes.classList.contains('panes-list')) top = page.scrollTop;
  };
  const watch = new MutationObserver(() => {
    const back = covered && panes.classList.contains('panes-list');
    covered = getComputedStyle(list()).display === 'none';
    if (back) page.scrollTo({ top, behavior: 'instant' });
  });
  addEventListener('scroll', note, { passive: true });
  watch.observe(panes, { attributeFilter: ['class'] });
}

// A log follows its end until the person scrolls up.
export function followEnd(element, reference) {
  let following = true, top = element.scrollTop;
  element.addEventListener('scroll', () => {
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 24;
    const wentUp = element.scrollTop < top;
    top = element.scrollTop;
    // Lines that came since the last jump to the end are no reason to stop: only going up is.
    if (atEnd ? !following : following && wentUp) { following = atEnd; reference.invokeMethodAsync('Follows', atEnd); }
  }, { passive: true });
}

export function toEnd(element) { if (element) element.scrollTop = element.scrollHeight; }

// Shortcuts of the back office. Off while something is typed (also by an input method).
let listening;

export function noShortcuts() { if (listening) document.removeEventListener('keydown', listening); listening = undefined; }

export function shortcuts(reference) {
  noShortcuts();
  let leader = 0;
  const listen = event => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') { event.preventDefault(); reference.invokeMethodAsync('Pressed', 'ctrl+k'); return; }
    const typing = event.target.closest?.('input,textarea,select,[contenteditable]');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') || localStorage.getItem('jarvis.keys') === 'off') return;
    if (event.key === 'g') { leader = Date.now(); return; }
    const key = Date.now() - leader < 1500 ? 'g ' + event.key : event.key;
    leader = 0;
    if (['/', '?'].includes(key) || key.startsWith('g ')) { event.preventDefault(); }
    if (['/', '?', 'j', 'k', 'x'].includes(key) || key.startsWith('g ')) reference.invokeMethodAsync('Pressed', key);
  };
  document.addEventListener('keydown', listening = listen);
}

export function focusSearch() { document.querySelector('[data-search]')?.focus(); }

// Bytes over the network, counted by the browser for everything that is fetched; kept across visits, until the device is wiped.
let moved = 0;

function countData() {
  if (!localStorage.getItem('jarvis.moved')) localStorage.setItem('jarvis.moved', Date.now() + ' 0');
  new PerformanceObserver(list => { for (const entry of list.getEntries()) moved += entry.transferSize || 0; }).observe({ type: 'resource', buffered: true });
  addEventListener('pagehide', keepCount);
  setInterval(keepCount, 30000);
}

function keepCount() {
  const [since, known] = (localStorage.getItem('jarvis.moved') ?? `${Date.now()} 0`).split(' ');
  localStorage.setItem('jarvis.moved', `${since} ${+known + moved}`);
  moved = 0;
}

export async function dataUse() {
  keepCount();
  const [since, known] = localStorage.getItem('jarvis.moved').split(' ');
  const kept = (await navigator.storage?.estimate?.())?.usage ?? 0;
  return `${since} ${known} ${kept}`;
}
