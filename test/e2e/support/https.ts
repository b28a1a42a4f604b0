/** Requests by TLS, whose certificate is verified by an authority that this machine does not know. */
import { type RequestOptions, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Authority {
  /** Its certificate. */
  readonly ca: string;
  /** For whom the server's certificate has to be. */
  readonly servername: string;
}

/** @param url where the server is as seen from here, such as the end of a port-forward */
export function ask(
  url: string,
  authority: Authority,
  { method = 'GET', headers = {}, body }: Pick<RequestOptions, 'method' | 'headers'> & { readonly body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...authority, method, headers, agent: false, timeout: 20_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode = 0, headers: given } = answer;
        resolve({ status: statusCode, headers: given, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`${url} has not answered`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
