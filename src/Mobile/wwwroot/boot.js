// Before anything is drawn: the theme and language that this device chose; then the worker that lets the app start offline.
(() => {
  const theme = localStorage.getItem('jarvis.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
  if ((localStorage.getItem('jarvis.language') ?? navigator.language).startsWith('en')) document.documentElement.lang = 'en';
  if (navigator.serviceWorker) addEventListener('load', () => navigator.serviceWorker.register('service-worker.js', { updateViaCache: 'none' }));
})();
