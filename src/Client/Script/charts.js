// Charts, loaded when the first one is shown. SVG: sharp, printable, and small without the canvas renderer.
import { init, use } from 'echarts/core';
import { LineChart, BarChart, PieChart } from 'echarts/charts';
import { GridComponent, TooltipComponent, LegendComponent, AriaComponent, DataZoomComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, BarChart, PieChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, DataZoomComponent, SVGRenderer]);

const shown = new Map();

// var(--x) in the option is the token's value in the theme of the moment.
function themed(value) {
  if (typeof value === 'string') {
    const token = /^var\((--[\w-]+)\)$/.exec(value);
    return token ? getComputedStyle(document.documentElement).getPropertyValue(token[1]).trim() : value;
  }
  if (Array.isArray(value)) return value.map(themed);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, themed(inner)]));
  return value;
}

export function draw(element, json) {
  let entry = shown.get(element);
  if (!entry) {
    const chart = init(element, null, { renderer: 'svg' });
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(element);
    entry = { chart, observer };
    entry.look = () => chart.setOption(themed(entry.option), true);
    addEventListener('jarvis-look', entry.look);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', entry.look);
    shown.set(element, entry);
  }
  entry.option = JSON.parse(json);
  entry.look();
}

export function drop(element) {
  const entry = shown.get(element);
  if (!entry) return;
  removeEventListener('jarvis-look', entry.look);
  matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', entry.look);
  entry.observer.disconnect();
  entry.chart.dispose();
  shown.delete(element);
}
