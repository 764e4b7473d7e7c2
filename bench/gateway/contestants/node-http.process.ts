import { createServer } from 'node:http'
import { contest } from './contestant.ts'

/** Ignores the request and sends the gateway's response: the cost of HTTP alone in Node. */
contest(async ({ accepted, refused, isRefusal }) => {
  const { status, headers, body } = isRefusal ? refused : accepted
  const bytes = Buffer.from(body)
  return createServer((_req, res) => void res.writeHead(status, headers).end(bytes)).listen(0, '127.0.0.1')
})
