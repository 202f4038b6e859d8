// Before anything is drawn: the theme and language that this device chose. Radzen has a sheet for each theme; one is loaded, and swapped when the theme is.
(() => {
  const root = document.documentElement, dark = matchMedia('(prefers-color-scheme: dark)'), sheets = {};
  const look = () => {
    const theme = localStorage.getItem('jarvis.theme');
    if (theme === 'dark' || theme === 'light') root.dataset.theme = theme; else delete root.dataset.theme;
    const name = (theme ?? (dark.matches ? 'dark' : 'light')) === 'dark' ? 'standard-dark' : 'standard';
    for (const part of ['base', 'wcag']) {
      const href = `_content/Radzen.Blazor/css/${name}-${part}.css`;
      let link = sheets[part];
      if (!link) { link = sheets[part] = document.createElement('link'); link.rel = 'stylesheet'; document.head.insertBefore(link, document.querySelector('link[href^="_content/Jarvis"]')); }
      if (link.getAttribute('href') !== href) link.setAttribute('href', href);
    }
  };
  look();
  dark.addEventListener('change', look);
  addEventListener('jarvis-look', look);
  if ((localStorage.getItem('jarvis.language') ?? navigator.language).startsWith('en')) root.lang = 'en';
})();
