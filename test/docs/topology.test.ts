/** The pictures of the systems: they are as the tree is, and a reader can make out every part of them. */
import { App } from 'cdk8s';
import { connectionsOf } from '../../lib/network/connections';
import { systemsIn } from '../../lib/systems/systems';
import { Workload } from '../../lib/workload/workload';
import type { Picture, Rectangle } from '../../scripts/topology/layout';
import { pictureOf, svgOf } from '../../scripts/topology/topology';
import { read } from './documents';

const systems = systemsIn(new App());

/** Milliseconds, for a busy machine. */
const PATIENCE = 60_000;

describe.each(systems.map((system) => [system.systemName, system] as const))('the picture of %s', (name, system) => {
  const workloads = system.node.findAll().filter((construct) => construct instanceof Workload);
  let picture: Picture;
  beforeAll(async () => {
    picture = await pictureOf(system);
  }, PATIENCE);

  it('is current: npm run docs draws it', () => {
    expect(svgOf(system, picture)).toBe(read(`docs/topology/${name}.svg`));
  });

  it('is the same each time', async () => {
    const again = systemsIn(new App()).find(({ systemName }) => systemName === name) ?? system;
    expect(svgOf(again, await pictureOf(again))).toBe(svgOf(system, picture));
  });

  it('has every workload', () => {
    const drawn = picture.boxes.filter(({ box }) => box.group !== undefined).flatMap(({ box }) => box.id.split(' '));
    expect(drawn.sort()).toEqual(workloads.map(idOf).sort());
  });

  it('has every connection, and no other; those for metrics where they are few', () => {
    const boxOf = (workload: Workload): string =>
      picture.boxes.find(({ box }) => box.id.split(' ').includes(idOf(workload)))?.box.id ?? 'nowhere';
    const isDrawn = (port: string): boolean => port !== 'metrics' || name === 'node-agents';
    const declared = workloads.flatMap((client) =>
      connectionsOf(client)
        .filter(({ endpoint }) => endpoint.workload !== client && isDrawn(endpoint.name))
        .map(({ endpoint }) => `${boxOf(client)} → ${boxOf(endpoint.workload)}`),
    );
    const inside = new Set(picture.boxes.filter(({ box }) => box.group !== undefined).map(({ box }) => box.id));
    const drawn = picture.edges.map(({ edge }) => edge).filter(({ from, to }) => inside.has(from) && inside.has(to));
    expect([...new Set(drawn.map(({ from, to }) => `${from} → ${to}`))].sort()).toEqual([...new Set(declared)].sort());
  });

  it('has nothing on top of anything else', () => {
    const places = [
      ...picture.boxes.map(({ box, place }) => ({ what: box.id, place })),
      ...picture.boxes.flatMap(({ box, ports }) =>
        ports.map(({ label, place }) => ({ what: `${box.id} ${label}`, place })),
      ),
    ];
    const overlaps = places.flatMap((one, i) =>
      places.slice(i + 1).flatMap((other) => (meet(one.place, other.place) ? [`${one.what} and ${other.what}`] : [])),
    );
    expect(overlaps).toEqual([]);
    for (const [i, one] of picture.groups.entries()) {
      for (const other of picture.groups.slice(i + 1))
        expect([one.title, other.title, meet(one.place, other.place)]).toEqual([one.title, other.title, false]);
    }
  });

  it('leads no line through a box', () => {
    const crossed = picture.edges.flatMap(({ edge, points }) =>
      picture.boxes
        .filter(({ box }) => box.id !== edge.from && box.id !== edge.to)
        .filter(({ place }) =>
          points.slice(1).some((point, i) => {
            const before = points[i] ?? point;
            const line = {
              x: Math.min(before.x, point.x),
              y: Math.min(before.y, point.y),
              width: Math.abs(before.x - point.x),
              height: Math.abs(before.y - point.y),
            };
            return meet(line, place);
          }),
        )
        .map(({ box }) => `${edge.from} → ${edge.to} through ${box.id}`),
    );
    expect(crossed).toEqual([]);
  });
});

/** The path within the system, as the picture has it. */
function idOf({ node }: Workload): string {
  return node.path.replace(/^[^/]*\//, '').replace(/\/workload$/, '');
}

function meet(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
