/** A picture as SVG, readable in light and dark. */
import type { DrawnEdge, Picture, Point, PortLabel, Rectangle } from './layout';
import { GAP, LABEL, LINE, MARGIN, NAME, TEXT, widthOf } from './layout';
import { type Group, groups } from './tiers';
import type { Box, BoxLine } from './graph';

/** Of the lines that start in a group: in light, and in dark. */
const COLOURS: Readonly<Record<Group | 'outside', readonly [light: string, dark: string]>> = {
  Web: ['#2563eb', '#6ea8fe'],
  Data: ['#0f766e', '#4fd1c5'],
  Models: ['#be185d', '#f687b3'],
  Backups: ['#7c3aed', '#b794f4'],
  Observability: ['#b45309', '#f6ad55'],
  'Set-up and tests': ['#64748b', '#94a3b8'],
  outside: ['#334155', '#cbd5e1'],
};

function classOf(group: Group | undefined): string {
  return `from-${(group ?? 'outside').toLowerCase().replace(/[^a-z]+/g, '-')}`;
}

function colours(theme: 0 | 1): string {
  return [...groups, undefined]
    .map((group) => {
      const colour = COLOURS[group ?? 'outside'][theme];
      const name = classOf(group);
      return `    .edge.${name} { stroke: ${colour}; }\n    .tip.${name} { fill: ${colour}; }`;
    })
    .join('\n');
}

function indent(lines: string): string {
  return lines.replace(/^/gm, '  ');
}

const style = `
    text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-size: ${TEXT}px; fill: #52606d; text-anchor: middle; }
    .back { fill: #ffffff; }
    .group { fill: #f5f7fa; stroke: #d9e2ec; }
    .title { font-size: 12px; font-weight: 600; fill: #7b8794; text-anchor: start; letter-spacing: 0.4px; }
    .box { fill: #ffffff; stroke: #486581; stroke-width: 1.2; }
    .outside { fill: none; stroke: #9aa5b1; stroke-width: 1.2; }
    .off { stroke-dasharray: 5 3; }
    .name { font-size: ${NAME}px; font-weight: 600; fill: #1f2933; }
    .metrics { font-size: 10px; fill: #b44d12; }
    .edge { fill: none; stroke-width: 1.4; }
${colours(0)}
    .label { font-size: ${LABEL}px; font-weight: 600; }
    .halo { fill: #ffffff; fill-opacity: 0.85; }
    .legend { font-size: 11px; text-anchor: start; }`;

const dark = `
      text { fill: #a9b4c0; }
      .back { fill: #0d1117; }
      .group { fill: #151b23; stroke: #2b3440; }
      .title { fill: #8491a0; }
      .box { fill: #1c2530; stroke: #6f8aa6; }
      .outside { stroke: #5c6773; }
      .name { fill: #e6edf3; }
      .metrics { fill: #f0a36b; }
${indent(colours(1))}
      .halo { fill: #0d1117; }`;

export interface Words {
  readonly title: string;
  readonly description: string;
  /** Lines below the picture. */
  readonly legend: readonly string[];
}

export function draw(picture: Picture, { title, description, legend }: Words): string {
  const width = Math.max(picture.width, ...legend.map((words) => widthOf(words, 11) + 2 * MARGIN));
  const height = picture.height + legend.length * LINE + 12;
  const groupOf = new Map(picture.boxes.map(({ box }) => [box.id, box.group]));
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" role="img" aria-labelledby="title description">`,
    `  <title id="title">${xml(title)}</title>`,
    `  <desc id="description">${xml(description)}</desc>`,
    `  <style>${style}\n    @media (prefers-color-scheme: dark) {${dark}\n    }\n  </style>`,
    `  <rect class="back" width="${n(width)}" height="${n(height)}"/>`,
    ...picture.groups.flatMap(({ title: name, place }) => [
      `  <rect class="group" ${rectangle(place)} rx="10"/>`,
      `  <text class="title" x="${n(place.x + 14)}" y="${n(place.y + 22)}">${xml(name)}</text>`,
    ]),
    ...picture.edges.map((edge) => line(edge, groupOf.get(edge.edge.from))),
    ...picture.boxes.flatMap(({ box, place }) => boxLines(box, place)),
    ...picture.boxes.flatMap(({ ports }) => ports.flatMap(portLines)),
    ...legend.map(
      (text, index) =>
        `  <text class="legend" x="${MARGIN}" y="${n(picture.height + 4 + (index + 1) * LINE - 4)}">${xml(text)}</text>`,
    ),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function line({ edge, points }: DrawnEdge, group: Group | undefined): string {
  const kind = `edge ${classOf(group)}${edge.isOff ? ' off' : ''}`;
  const ends = `data-from="${xml(edge.from)}" data-to="${xml(edge.to)}"`;
  return `  <path class="${kind}" ${ends} d="${path(points)}"/>${tip(points, group)}`;
}

const RADIUS = 5;

/** A line whose corners are round. */
function path(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (before === undefined) return `M${n(point.x)} ${n(point.y)}`;
      if (after === undefined) return `L${n(point.x)} ${n(point.y)}`;
      const from = toward(point, before);
      const to = toward(point, after);
      return `L${n(from.x)} ${n(from.y)}Q${n(point.x)} ${n(point.y)} ${n(to.x)} ${n(to.y)}`;
    })
    .join('');
}

/** A point on the way from a corner, at most half of it away. */
function toward(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y);
  const part = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * part, y: corner.y + (other.y - corner.y) * part };
}

/** The head of an arrow, along the last piece of the line. */
function tip(points: readonly Point[], group: Group | undefined): string {
  const [before, end] = points.slice(-2);
  if (before === undefined || end === undefined) return '';
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [dx, dy] = [(end.x - before.x) / length, (end.y - before.y) / length];
  const [x, y] = [end.x - dx * 7, end.y - dy * 7];
  const corners = [end, { x: x - dy * 3.5, y: y + dx * 3.5 }, { x: x + dy * 3.5, y: y - dx * 3.5 }];
  return `<path class="tip ${classOf(group)}" d="M${corners.map((corner) => `${n(corner.x)} ${n(corner.y)}`).join('L')}Z"/>`;
}

function portLines({ label, place }: PortLabel): readonly string[] {
  return [
    `  <rect class="halo" ${rectangle(place)} rx="3"/>`,
    `  <text class="label" x="${n(place.x + place.width / 2)}" y="${n(place.y + place.height - 3)}">${xml(label)}</text>`,
  ];
}

function boxLines({ lines, metrics, isOff, group }: Box, place: Rectangle): readonly string[] {
  const kind = `${group === undefined ? 'outside' : 'box'}${isOff ? ' off' : ''}`;
  const middle = place.x + place.width / 2;
  const top = place.y + 12;
  const badge = place.y + place.height - 8;
  return [
    `  <rect class="${kind}" ${rectangle(place)} rx="7"/>`,
    ...lines.map((words, index) => `  <text x="${n(middle)}" y="${n(top + index * LINE + 9)}">${spans(words)}</text>`),
    ...(metrics === undefined
      ? []
      : [`  <text class="metrics" x="${n(middle)}" y="${n(badge)}">metrics ${xml(metrics)}</text>`]),
  ];
}

function spans({ bold, words }: BoxLine): string {
  const name = bold === '' ? '' : `<tspan class="name">${xml(bold)}</tspan>`;
  const rest = name !== '' && words !== '' ? `<tspan dx="${GAP}">${xml(words)}</tspan>` : xml(words);
  return name + rest;
}

function rectangle({ x, y, width, height }: Rectangle): string {
  return `x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"`;
}

/** A coordinate to the tenth of a pixel. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function xml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
