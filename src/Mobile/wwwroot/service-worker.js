// While developing nothing is kept, so that a change is seen at once. Published: service-worker.published.js.
self.addEventListener('fetch', () => {});
