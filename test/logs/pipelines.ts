/** What becomes of a container's lines: read by Filebeat as it is configured, and run through Logstash's pipelines. */
import { type Pipeline, parsePipeline } from './conf';
import type { Event, Field } from './event';
import { type Container, criFile, eventsOf } from './filebeat';
import { run } from './filters';

export interface Files {
  readonly filebeatYml: string;
  /** By their ids. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
}

/** @param confs the pipelines by the names of their files */
export function filesOf(filebeatYml: string, confs: Readonly<Record<string, string>>): Files {
  return {
    filebeatYml,
    pipelines: new Map(Object.entries(confs).map(([name, conf]) => [name.replace(/\.conf$/, ''), parsePipeline(conf)])),
  };
}

export interface Document {
  /** The data stream that it goes to: `api` of `logs-api-default`. */
  readonly dataset: string;
  readonly fields: Readonly<Record<string, Field>>;
}

export async function documentsOf(files: Files, of: Container, lines: readonly string[]): Promise<readonly Document[]> {
  const events = eventsOf(files.filebeatYml, of, criFile(lines));
  return Promise.all(events.map((event) => pass(files, 'intake', event)));
}

/** Through a pipeline, and those that it hands on to. */
export async function pass(files: Files, id: string, event: Event): Promise<Document> {
  const pipeline = files.pipelines.get(id);
  if (!pipeline) throw new Error(`no pipeline ${id}`);
  await run(pipeline.filter, event);
  let document: Document | undefined;
  await run(pipeline.output, event, async ({ plugin, settings }, arrived) => {
    if (document) throw new Error('an event goes one way');
    if (plugin === 'elasticsearch') {
      document = { dataset: settings.get('data_stream_dataset') as string, fields: arrived.document() };
    } else if (plugin === 'pipeline') {
      const [next = ''] = settings.get('send_to') as readonly string[];
      document = await pass(files, next, arrived);
    } else throw new Error(`no output ${plugin}`);
  });
  if (!document) throw new Error('an event is dropped');
  return document;
}
