/** Lines on two logarithmic axes as SVG, readable in light and dark. */

export interface Series {
  readonly name: string;
  /** In light, and in dark. */
  readonly colour: readonly [light: string, dark: string];
  readonly points: readonly PlotPoint[];
}

interface PlotPoint {
  readonly x: number;
  readonly y: number;
  /** The line that leads here is dotted. */
  readonly isExtrapolated: boolean;
}

export interface Axis {
  readonly title: string;
  /** Powers of ten where it begins and ends. */
  readonly from: number;
  readonly to: number;
  label(value: number): string;
}

const WIDTH = 860;
const HEIGHT = 460;
const LEFT = 64;
const TOP = 24;
const RIGHT = 250;
const BOTTOM = 52;
const LINE = 17;

export function plot(title: string, x: Axis, y: Axis, series: readonly Series[]): string {
  const across = (value: number): number => LEFT + part(x, value) * (WIDTH - LEFT - RIGHT);
  const up = (value: number): number => HEIGHT - BOTTOM - part(y, value) * (HEIGHT - TOP - BOTTOM);
  const labels = apart(series.map(({ points }) => up(points.at(-1)?.y ?? 1)));
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title description">`,
    `  <title id="title">${xml(title)}</title>`,
    `  <desc id="description">${xml(`${y.title}, by ${x.title}: ${series.map(({ name }) => name).join('; ')}.`)}</desc>`,
    `  <style>${style(series)}\n  </style>`,
    `  <rect class="back" width="${WIDTH}" height="${HEIGHT}"/>`,
    ...ticks(x).flatMap((value) => [
      `  <path class="grid" d="M${n(across(value))} ${TOP}V${HEIGHT - BOTTOM}"/>`,
      `  <text class="middle" x="${n(across(value))}" y="${HEIGHT - BOTTOM + 18}">${xml(x.label(value))}</text>`,
    ]),
    ...ticks(y).flatMap((value) => [
      `  <path class="grid" d="M${LEFT} ${n(up(value))}H${WIDTH - RIGHT}"/>`,
      `  <text class="end" x="${LEFT - 8}" y="${n(up(value) + 4)}">${xml(y.label(value))}</text>`,
    ]),
    `  <text class="middle" x="${n((LEFT + WIDTH - RIGHT) / 2)}" y="${HEIGHT - 12}">${xml(x.title)}</text>`,
    `  <text x="8" y="14">${xml(y.title)}</text>`,
    ...series.flatMap(({ name, points }, i) => [
      ...points.slice(1).map((to, j) => {
        const from = points[j] ?? to;
        const ends = `M${n(across(from.x))} ${n(up(from.y))}L${n(across(to.x))} ${n(up(to.y))}`;
        return `  <path class="line s${i}${to.isExtrapolated ? ' beyond' : ''}" d="${ends}"/>`;
      }),
      ...points.map(
        ({ x: px, y: py, isExtrapolated }) =>
          `  <circle class="${isExtrapolated ? 'hollow' : 'dot'} s${i}" cx="${n(across(px))}" cy="${n(up(py))}" r="3"/>`,
      ),
      `  <text class="name s${i}" x="${WIDTH - RIGHT + 12}" y="${n((labels[i] ?? 0) + 4)}">${xml(name)}</text>`,
    ]),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function style(series: readonly Series[]): string {
  const colours = (theme: 0 | 1): string =>
    series
      .map(
        ({ colour }, i) =>
          `\n    .line.s${i}, .hollow.s${i}, .dot.s${i} { stroke: ${colour[theme]}; } .dot.s${i}, .name.s${i} { fill: ${colour[theme]}; }`,
      )
      .join('');
  return `
    text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #52606d; }
    .middle { text-anchor: middle; } .end { text-anchor: end; } .name { font-weight: 600; }
    .back { fill: #ffffff; } .hollow { fill: #ffffff; } .grid { stroke: #e4e9ef; }
    .line { fill: none; stroke-width: 1.8; } .beyond { stroke-dasharray: 2 4; }${colours(0)}
    @media (prefers-color-scheme: dark) {
    text { fill: #a9b4c0; } .back { fill: #0d1117; } .hollow { fill: #0d1117; } .grid { stroke: #232b35; }${colours(1)}
    }`;
}

function ticks({ from, to }: Axis): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

function part({ from, to }: Axis, value: number): number {
  return (Math.log10(value) - from) / (to - from);
}

/** The places of labels, moved down where they would lie on another. */
function apart(places: readonly number[]): readonly number[] {
  const moved = [...places];
  const order = places.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  let above = -Infinity;
  for (const i of order) {
    above = Math.max(places[i] ?? 0, above + LINE);
    moved[i] = above;
  }
  return moved;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function xml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
