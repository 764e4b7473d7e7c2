import type { ServerResponse } from 'node:http'

const json = { 'content-type': 'application/json' }

/** Sends a byte now and then, so that an idle time-out never fires. */
const drip = (res: ServerResponse) => {
  res.writeHead(200, json).write('{"keys":[')
  const timer = setInterval(() => res.write(' '), 100)
  res.on('close', () => clearInterval(timer))
}

const ways = {
  'server error': (res: ServerResponse) => void res.writeHead(500).end(),
  'empty set': (res: ServerResponse) => void res.writeHead(200, json).end('{"keys":[]}'),
  'no body': (res: ServerResponse) => void res.writeHead(200, json).end(),
  html: (res: ServerResponse) =>
    void res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>'),
  huge: (res: ServerResponse) =>
    void res.writeHead(200, json).end(`{"keys":[],"padding":"${'x'.repeat(10 * 1024 * 1024)}"}`),
  dripping: drip,
  silent: () => {},
  reset: (res: ServerResponse) => void res.socket?.resetAndDestroy(),
  redirect: (res: ServerResponse) => void res.writeHead(302, { location: 'http://127.0.0.1:1/jwks.json' }).end(),
}

/** Invalid ways to serve a key set. */
export type Misconduct = keyof typeof ways

export const misbehave = (how: Misconduct, res: ServerResponse) => ways[how](res)
