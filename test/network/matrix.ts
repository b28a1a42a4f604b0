/** Who may connect to what, as a table that a person can read: clients down the side, servers and their ports along the top. */

/** A port of a server. */
export interface Column {
  /** A tier, a namespace around the release, or something beyond: `backend`, `another namespace`, `DNS`. */
  readonly server: string;
  readonly port: string;
}

/** `itself`: the server is the client's own and only pod, and no network lies between. `some`: not all pods are alike. */
export type Cell = 'open' | 'closed' | 'itself' | 'some';

export interface Matrix {
  readonly clients: readonly string[];
  readonly columns: readonly Column[];
  readonly cell: (client: string, column: Column) => Cell;
}

const SIGNS: Readonly<Record<Cell, string>> = { open: 'yes', closed: '.', itself: '-', some: '?' };
const LEGEND = 'Each line is a client: "yes" connects, "." does not, "-" is the only pod and its own port.';

export function printMatrix({ clients, columns, cell }: Matrix): string {
  const servers = [...new Set(columns.map(({ server }) => server))];
  const groups = servers.map((server) => group(server, columns, (client, column) => SIGNS[cell(client, column)]));
  const height = Math.max(...groups.map(({ title }) => title.length));
  const margin = Math.max(...clients.map(({ length }) => length));
  const line = (first: string, part: (group: Group) => string): string =>
    [first.padEnd(margin), ...groups.map((each) => part(each).padEnd(each.width))].join('   ').trimEnd();
  return [
    LEGEND,
    '',
    ...Array.from({ length: height }, (_, row) => line('', ({ title }) => title[row + title.length - height] ?? '')),
    line('', ({ ports }) => ports),
    '',
    ...clients.map((client) => line(client, ({ cells }) => cells(client))),
    '',
  ].join('\n');
}

interface Group {
  /** The server's name, a word to a line. */
  readonly title: readonly string[];
  readonly ports: string;
  readonly cells: (client: string) => string;
  readonly width: number;
}

function group(server: string, all: readonly Column[], sign: (client: string, column: Column) => string): Group {
  const columns = all.filter((column) => column.server === server);
  const join = (texts: readonly string[]): string =>
    texts.map((text, index) => text.padEnd(Math.max(3, columns[index]?.port.length ?? 0))).join(' ');
  const title = server.split(/(?<=-)| /);
  const ports = join(columns.map(({ port }) => port));
  return {
    title,
    ports,
    cells: (client) => join(columns.map((column) => sign(client, column))),
    width: Math.max(ports.length, ...title.map(({ length }) => length)),
  };
}
