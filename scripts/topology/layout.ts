/** Where everything stands: elkjs lays the graph out in layers, groups within each other, edges at right angles. */
import ELK, { type ElkEdgeSection, type ElkExtendedEdge, type ElkNode } from 'elkjs';
import type { Box, Edge, Graph } from './graph';
import { groups } from './tiers';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly groups: readonly { readonly title: string; readonly place: Rectangle }[];
  readonly boxes: readonly { readonly box: Box; readonly place: Rectangle; readonly ports: readonly PortLabel[] }[];
  readonly edges: readonly DrawnEdge[];
}

export interface DrawnEdge {
  readonly edge: Edge;
  /** Corners of the line, from the client to the server. */
  readonly points: readonly Point[];
}

export interface PortLabel {
  readonly label: string;
  readonly place: Rectangle;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const LINE = 16;
/** Sizes of letters in pixels, and the space between two words of a kind each. */
export const NAME = 13;
export const TEXT = 11.5;
export const LABEL = 10.5;
export const GAP = 6;
export const MARGIN = 16;
const PADDING = 12;

/** An upper bound of a text's width in the fonts that browsers take for system-ui, in pixels. */
export function widthOf(text: string, size: number, bold = false): number {
  return Math.ceil(text.length * size * (bold ? 0.57 : 0.52));
}

function sizeOf({ lines, metrics }: Box): { width: number; height: number } {
  const widths = lines.map(
    ({ bold, words }) => widthOf(bold, NAME, true) + (bold && words ? GAP : 0) + widthOf(words, TEXT),
  );
  const badge = metrics === undefined ? 0 : 18;
  return { width: Math.max(96, ...widths) + 2 * PADDING, height: lines.length * LINE + 2 * PADDING - 6 + badge };
}

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.randomSeed': '1',
  'elk.layered.mergeEdges': 'true',
  // As few beside each other as there may be: the picture is read at the width of a page.
  'elk.layered.layering.strategy': 'MIN_WIDTH',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '40',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '10',
  'elk.padding': `[top=${MARGIN},left=${MARGIN},bottom=${MARGIN},right=${MARGIN}]`,
};

export async function layout(graph: Graph): Promise<Picture> {
  const node = (box: Box): ElkNode => ({
    id: box.id,
    ...sizeOf(box),
    layoutOptions: { 'elk.portConstraints': 'FIXED_SIDE', 'elk.portLabels.placement': 'OUTSIDE' },
    ports: box.ports.map(({ number, label }) => ({
      id: portId(box.id, number),
      width: 0,
      height: 0,
      layoutOptions: { 'elk.port.side': 'NORTH' },
      labels: [{ text: label, width: widthOf(label, LABEL, true) + GAP + 4, height: 13 }],
    })),
  });
  const root: ElkNode = {
    id: 'root',
    layoutOptions: options,
    children: [
      ...graph.boxes.filter(({ group }) => group === undefined).map(node),
      ...groups
        .map((group) => ({ group, boxes: graph.boxes.filter((box) => box.group === group) }))
        .filter(({ boxes }) => boxes.length > 0)
        .map(({ group, boxes }) => ({
          id: `group ${group}`,
          layoutOptions: { ...options, 'elk.padding': '[top=36,left=14,bottom=16,right=14]' },
          children: boxes.map(node),
        })),
    ],
    edges: graph.edges.map((edge, index) => ({
      id: `edge ${index}`,
      sources: [edge.from],
      targets: [portId(edge.to, edge.port)],
    })),
  };
  return read(graph, await new ELK().layout(root));
}

function read(graph: Graph, laid: ElkNode): Picture {
  const places = new Map<string, Rectangle>();
  const edges = new Map<string, { edge: ElkExtendedEdge; container: string }>();
  const visit = (node: ElkNode, x: number, y: number): void => {
    const place = { x: x + (node.x ?? 0), y: y + (node.y ?? 0), width: node.width ?? 0, height: node.height ?? 0 };
    places.set(node.id, place);
    for (const edge of node.edges ?? []) edges.set(edge.id, { edge, container: containerOf(edge) ?? node.id });
    for (const port of node.ports ?? []) {
      const [label] = port.labels ?? [];
      places.set(port.id, {
        x: place.x + (port.x ?? 0) + (label?.x ?? 0),
        y: place.y + (port.y ?? 0) + (label?.y ?? 0),
        width: label?.width ?? 0,
        height: label?.height ?? 0,
      });
    }
    for (const child of node.children ?? []) visit(child, place.x, place.y);
  };
  visit(laid, 0, 0);
  const at = (id: string): Rectangle => {
    const place = places.get(id);
    if (place === undefined) throw new Error(`${id} has no place`);
    return place;
  };
  return {
    width: at('root').width,
    height: at('root').height,
    groups: groups
      .filter((group) => places.has(`group ${group}`))
      .map((group) => ({ title: group, place: at(`group ${group}`) })),
    boxes: graph.boxes.map((box) => ({
      box,
      place: at(box.id),
      ports: box.ports.map(({ number, label }) => ({ label, place: at(portId(box.id, number)) })),
    })),
    edges: graph.edges.map((edge, index) => {
      const found = edges.get(`edge ${index}`);
      if (found === undefined) throw new Error(`${edge.from} → ${edge.to} has no line`);
      return { edge, points: pointsOf(found.edge.sections ?? [], at(found.container)) };
    }),
  };
}

/** elkjs tells whose coordinates an edge is in, which its types do not. */
function containerOf(edge: ElkExtendedEdge): string | undefined {
  return 'container' in edge && typeof edge.container === 'string' ? edge.container : undefined;
}

function pointsOf(sections: readonly ElkEdgeSection[], origin: Point): readonly Point[] {
  return sections
    .flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint])
    .map(({ x, y }) => ({ x: x + origin.x, y: y + origin.y }));
}

function portId(box: string, number: string): string {
  return `${box} :${number}`;
}
