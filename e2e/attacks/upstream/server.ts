import { createServer } from 'node:http'

// An upstream behind the guard that belongs to the attacker: it tells all that it is sent.
const server = createServer((req, res) => {
  res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ rawHeaders: req.rawHeaders }))
})

server.listen(3003)
process.once('SIGTERM', () => server.close())
