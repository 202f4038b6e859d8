// The editor of definitions: a plain textarea, which every keyboard, screen reader and input method knows, over its own text in colour.
// Only the lines in sight are drawn, so that a long text is typed in as fast as a short one. Loaded when the first one is shown.

const spare = 8; // Lines drawn beyond what is in sight.
const told = 350; // Milliseconds without a key until the app is told.
const editors = new Map();

const isJson = text => /^\s*[{[]/.test(text);

// One line as pieces of [class, text]. It is light on purpose: keys, texts, numbers, expressions, comments.
const yamlLine = /(#.*$)|('(?:[^']|'')*'|"(?:[^"\\]|\\.)*")|(\$\{.*?\})|([\w.$/-]+)(?=\s*:(?:\s|$))|(\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?\b)/g;
const jsonLine = /("(?:[^"\\]|\\.)*")(?=\s*:)|("(?:[^"\\]|\\.)*")|(\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?\b)/g;

function pieces(line, json) {
  const found = [];
  const pattern = json ? jsonLine : yamlLine;
  const classes = json ? ['ed-key', 'ed-text', 'ed-value'] : ['ed-note', 'ed-text', 'ed-code', 'ed-key', 'ed-value'];
  let at = 0;
  pattern.lastIndex = 0;
  for (let match; (match = pattern.exec(line)); ) {
    // In YAML a # begins a comment only at the start or after a space.
    if (!json && match[1] && match.index > 0 && !/\s/.test(line[match.index - 1])) continue;
    if (match.index > at) found.push(['', line.slice(at, match.index)]);
    const group = match.findIndex((value, index) => index > 0 && value !== undefined);
    let kind = classes[group - 1];
    if (kind === 'ed-text' && match[0].includes('${')) kind = 'ed-code';
    found.push([kind, match[0]]);
    at = match.index + match[0].length;
    if (match[0] === '') pattern.lastIndex++;
  }
  if (at < line.length) found.push(['', line.slice(at)]);
  return found;
}

class Editor {
  constructor(host, area, app) {
    Object.assign(this, { host, area, app, problems: new Map(), lines: [], height: 24 });
    this.paper = host.querySelector('[data-paper]');
    this.gutter = host.querySelector('[data-gutter]');
    this.ending = new AbortController();
    const on = (target, name, act, more) => target.addEventListener(name, act, { signal: this.ending.signal, ...more });
    on(area, 'input', event => { this.read(); if (!event.isComposing) this.later(); });
    on(area, 'compositionend', () => { this.read(); this.later(); });
    on(area, 'scroll', () => this.draw(), { passive: true });
    on(area, 'keydown', event => this.key(event));
    on(document, 'selectionchange', () => { if (document.activeElement === area) this.where(); });
    on(this.gutter, 'click', event => {
      const line = event.target.closest('[data-line]')?.dataset.line;
      if (line) this.go(+line, this.problems.get(+line)?.[0]?.column ?? 1);
    });
    on(host, 'dragover', event => { event.preventDefault(); host.classList.add('ed-drop'); });
    on(host, 'dragleave', () => host.classList.remove('ed-drop'));
    on(host, 'drop', async event => {
      host.classList.remove('ed-drop');
      const file = event.dataTransfer?.files?.[0];
      if (file) { event.preventDefault(); if (file.size <= 1048576) this.replace(await file.text()); }
    });
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(host);
    this.height = parseFloat(getComputedStyle(area).lineHeight) || 24;
    this.read();
  }

  read() { this.lines = this.area.value.split('\n'); this.json = isJson(this.area.value); this.draw(); }

  later() { clearTimeout(this.timer); this.timer = setTimeout(() => this.tell(), told); }

  tell() { clearTimeout(this.timer); this.timer = undefined; this.app.invokeMethodAsync('Typed', this.area.value).catch(() => {}); }

  where() {
    const line = this.area.value.slice(0, this.area.selectionStart).split('\n').length;
    if (line === this.line) return;
    this.line = line;
    this.draw();
    this.app.invokeMethodAsync('CaretAt', line).catch(() => {});
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.drawNow(); });
  }

  drawNow() {
    const { area, height } = this;
    const from = Math.max(0, Math.floor(area.scrollTop / height) - spare);
    const to = Math.min(this.lines.length, Math.ceil((area.scrollTop + area.clientHeight) / height) + spare);
    const text = document.createDocumentFragment(), numbers = document.createDocumentFragment();
    for (let i = from; i < to; i++) {
      const row = document.createElement('div');
      row.className = 'ed-line' + (i + 1 === this.line ? ' ed-here' : '');
      const marks = this.problems.get(i + 1);
      let column = 1;
      for (const [kind, piece] of pieces(this.lines[i], this.json)) {
        const end = column + piece.length;
        const bad = marks?.some(mark => mark.column >= column && mark.column < end);
        const span = document.createElement('span');
        span.className = (kind + (bad ? ' ed-bad' : '')).trim();
        span.textContent = piece;
        row.append(span);
        column = end;
      }
      if (marks && !row.querySelector('.ed-bad')) {
        const end = document.createElement('span');
        end.className = 'ed-bad';
        end.textContent = ' \u00a0';
        row.append(end);
      }
      text.append(row);
      const number = document.createElement('div');
      number.className = 'ed-number' + (marks ? ' ed-wrong' : '') + (i + 1 === this.line ? ' ed-here' : '');
      number.dataset.line = i + 1;
      number.textContent = i + 1;
      if (marks) number.title = marks.map(mark => mark.text).join('\n');
      numbers.append(number);
    }
    const top = from * height - area.scrollTop;
    this.paper.style.transform = `translate(${-area.scrollLeft}px, ${top}px)`;
    this.gutter.firstElementChild.style.transform = `translateY(${top}px)`;
    this.paper.replaceChildren(text);
    this.gutter.firstElementChild.replaceChildren(numbers);
  }

  key(event) {
    if (event.isComposing) return;
    const { area } = this;
    if (event.key === 'F8') { event.preventDefault(); this.next(event.shiftKey ? -1 : 1); return; }
    if ((event.ctrlKey || event.metaKey) && (event.key === ']' || event.key === '[')) { event.preventDefault(); this.indent(event.key === ']'); return; }
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // The next line begins where this one does; deeper after "key:" or "{".
      const before = area.value.slice(area.value.lastIndexOf('\n', area.selectionStart - 1) + 1, area.selectionStart);
      let space = /^\s*/.exec(before)[0];
      if (/^\s*- \S/.test(before)) space += '  ';
      if (/[:{[]\s*$/.test(before)) space += '  ';
      if (space) { event.preventDefault(); this.insert('\n' + space); }
    } else if (event.key === 'Backspace' && area.selectionStart === area.selectionEnd) {
      const before = area.value.slice(area.value.lastIndexOf('\n', area.selectionStart - 1) + 1, area.selectionStart);
      if (before.length >= 2 && /^ +$/.test(before) && before.length % 2 === 0) {
        event.preventDefault();
        area.setSelectionRange(area.selectionStart - 2, area.selectionStart);
        this.insert('');
      }
    }
  }

  // Through the browser's own editing, so that undo knows it.
  insert(text) {
    if (!(text === '' ? document.execCommand('delete') : document.execCommand('insertText', false, text))) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, 'end');
      this.area.dispatchEvent(new Event('input'));
    }
  }

  // The lines of the selection two to the right or to the left. Tab stays what it is for: going on to the next control.
  indent(right) {
    const { area } = this;
    const from = area.value.lastIndexOf('\n', area.selectionStart - 1) + 1;
    const to = area.selectionEnd;
    const old = area.value.slice(from, to);
    const changed = right ? old.replace(/^/gm, '  ') : old.replace(/^ {1,2}/gm, '');
    area.setSelectionRange(from, to);
    this.insert(changed);
    area.setSelectionRange(from, from + changed.length);
  }

  next(step) {
    const places = [...this.problems.keys()].sort((a, b) => a - b);
    if (places.length === 0) return;
    const here = this.line ?? 1;
    const line = step > 0 ? places.find(place => place > here) ?? places[0] : places.findLast(place => place < here) ?? places.at(-1);
    this.go(line, this.problems.get(line)[0].column);
  }

  go(line, column) {
    const { area, height } = this;
    let at = 0;
    for (let i = 0; i < line - 1 && i < this.lines.length; i++) at += this.lines[i].length + 1;
    at += Math.min(Math.max(0, column - 1), this.lines[line - 1]?.length ?? 0);
    area.focus({ preventScroll: true });
    area.setSelectionRange(at, at);
    area.scrollTop = Math.max(0, (line - 1) * height - area.clientHeight / 3);
    area.scrollLeft = 0;
    this.host.scrollIntoView({ block: 'nearest' });
    this.where();
    this.draw();
  }

  replace(text) {
    this.area.value = text.replace(/\r\n?/g, '\n');
    this.area.scrollTop = 0;
    this.area.setSelectionRange(0, 0);
    this.line = undefined;
    this.read();
    this.tell();
  }

  mark(problems) {
    this.problems = new Map();
    for (const problem of problems) {
      const known = this.problems.get(problem.line);
      if (known) known.push(problem); else this.problems.set(problem.line, [problem]);
    }
    this.draw();
  }

  end() { if (this.timer) this.tell(); this.ending.abort(); this.resizing.disconnect(); cancelAnimationFrame(this.waiting); }
}

export function attach(host, area, app, text) {
  area.value = text;
  editors.set(host, new Editor(host, area, app));
}

export function mark(host, json) { editors.get(host)?.mark(JSON.parse(json)); }

export function go(host, line, column) { editors.get(host)?.go(line, column); }

export function replace(host, text) { editors.get(host)?.replace(text); }

export function detach(host) { editors.get(host)?.end(); editors.delete(host); }
