import { createServer } from 'node:http'

// A service behind the guard: every request is from a signed-in user, whom Nginx names in headers. It must be reachable only
// through Nginx.
const server = createServer(async (req, res) => {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  const identity = Object.entries(req.headers).filter(([name]) => /^x[^a-z]auth/.test(name))
  const answer = {
    method: req.method,
    url: req.url,
    identity: Object.fromEntries(identity),
    headers: Object.keys(req.headers),
    username: decodeURIComponent(String(req.headers['x-auth-username'] ?? '')),
    body: Buffer.concat(chunks).toString(),
  }
  res.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer))
})

server.listen(3003)
process.once('SIGTERM', () => server.close())
