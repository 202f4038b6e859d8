// Arrow keys between the nodes of a picture: one stop for Tab, then up, down, Home and End.
export function walk(element) {
  const stops = () => [...element.querySelectorAll('[data-node]')].filter(stop => stop.offsetParent);
  const only = stop => { for (const other of stops()) other.tabIndex = other === stop ? 0 : -1; };
  const first = stops()[0];
  if (first && !stops().some(stop => stop === document.activeElement)) only(first);
  if (element.walks) return;
  element.walks = true;
  element.addEventListener('focusin', event => { const stop = event.target.closest('[data-node]'); if (stop) only(stop); });
  element.addEventListener('keydown', event => {
    const all = stops();
    const at = all.indexOf(event.target.closest('[data-node]'));
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[Math.min(all.length - 1, Math.max(0, to))].focus();
  });
}

export function goTo(element, id) {
  const stop = [...element.querySelectorAll('[data-node]')].find(node => node.dataset.node === id);
  if (!stop) return;
  stop.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  stop.focus({ preventScroll: true });
}
