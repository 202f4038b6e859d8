// Lists by keyboard: j and k go through the rows, x selects, Enter opens, Esc closes the drawer. The person can switch off the single keys.
let users = 0;

const rows = () => [...document.querySelectorAll('[data-row]')];

function go(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement?.closest?.('[data-row]'));
  all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))].focus();
}

function press(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  const typing = event.target.closest?.('input:not([type="checkbox"]),textarea,select,[contenteditable]');
  if (typing) return;
  const row = document.activeElement?.matches?.('[data-row]') ? document.activeElement : null;
  const take = () => { event.preventDefault(); event.stopPropagation(); };
  if (event.key === 'Escape') {
    const close = document.querySelector('[data-close]');
    if (close) { take(); close.click(); }
  } else if (event.key === 'Enter' && row) {
    take();
    row.querySelector('[data-open]')?.click();
  } else if (localStorage.getItem('jarvis.keys') !== 'off') {
    if (event.key === 'j' || event.key === 'k') { take(); go(event.key === 'j' ? 1 : -1); }
    if (event.key === 'x' && row) { take(); row.querySelector('[data-select]')?.click(); }
  }
}

// In the capture phase: the grid has keys of its own, which would open a second row.
export function listen() { if (users++ === 0) window.addEventListener('keydown', press, true); }

export function leave() { if (--users === 0) window.removeEventListener('keydown', press, true); }

export function toDrawer() { document.querySelector('[data-drawer]')?.focus(); }

export function toRow(key) {
  const row = rows().find(one => one.dataset.row === key);
  (row ?? rows()[0] ?? document.querySelector('h1'))?.focus();
}
