import { once } from 'node:events'
import { connect } from 'node:net'
import { site } from './stack.ts'

/** Sends these very bytes, to Nginx as a rule: what no HTTP client would, such as `/api/../internal` or two Authorization headers. */
export const sendRaw = async (bytes: string, to = site()) => {
  const { hostname, port } = new URL(to)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('utf8').setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')))
  socket.on('data', (chunk: string) => {
    answer += chunk
  })
  socket.write(bytes)
  await once(socket, 'close')
  const [head = '', ...rest] = answer.split('\r\n\r\n')
  const [statusLine = '', ...fields] = head.split('\r\n')
  const headers = new Headers(fields.map((it) => it.split(/:\s*(.*)/).slice(0, 2) as [string, string]))
  return { status: Number(statusLine.split(' ')[1]), headers, text: rest.join('\r\n\r\n'), raw: answer }
}

/** A request whose path is sent as it stands. */
export const sendPath = (
  path: string,
  { method = 'GET', host = 'localhost', headers = [] as string[], to = site() } = {},
) => sendRaw([`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers, '', ''].join('\r\n'), to)
