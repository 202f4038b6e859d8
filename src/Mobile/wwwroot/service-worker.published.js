// Keeps the whole app on the device, so that it starts without a network. A new version is fetched beside the old one and
// waits until the person says so.
self.importScripts('./service-worker-assets.js');
const cacheName = 'jarvis-app-m-' + self.assetsManifest.version;
const assets = self.assetsManifest.assets.filter(asset => !/^service-worker|\.(br|gz|map|pdb)$/.test(asset.url));

self.addEventListener('install', event => event.waitUntil((async () => {
  const cache = await caches.open(cacheName);
  // What an earlier version has of the same name and content need not be fetched again: fingerprinted names never change.
  await Promise.all(assets.map(async asset => {
    const known = await caches.match(asset.url);
    if (known && /\.[0-9a-z]{10}\./.test(asset.url)) return cache.put(asset.url, known);
    const answer = await fetch(new Request(asset.url, { integrity: asset.hash, cache: 'no-cache' }));
    if (!answer.ok) throw new Error(asset.url + ': ' + answer.status);
    return cache.put(asset.url, answer);
  }));
})()));

self.addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('jarvis-app-m-') && name !== cacheName) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener('message', event => { if (event.data === 'take over') self.skipWaiting(); });

self.addEventListener('fetch', event => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin || !url.pathname.startsWith(new URL(self.registration.scope).pathname)) return;
  event.respondWith((async () => {
    const cache = await caches.open(cacheName);
    const found = await cache.match(event.request.mode === 'navigate' ? 'index.html' : event.request, { ignoreSearch: event.request.mode === 'navigate' });
    return found ?? fetch(event.request);
  })());
});
