import { connect, type Socket } from 'node:net'
import { eventually } from '@gatehouse/testkit'
import { site } from '../../support/stack.ts'
import type { Attack } from '../attack.ts'

// Above what one client may have under way; below what Nginx may have of all.
const connections = 400

/** A request whose body never comes. @returns whether it was refused so far */
const hold = (): { socket: Socket; refused: () => boolean } => {
  const { hostname, port } = new URL(site())
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  socket.write('POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{')
  return { socket, refused: () => text.startsWith('HTTP/1.1 429') }
}

export const heldConnections: Attack = {
  finding: 'L9',
  title: 'one client holds so many requests open that no connections are left for others',
  plants: [
    {
      file: 'infra/nginx/gatehouse/pace.conf',
      replace: [['limit_conn connections 256;', '']],
    },
  ],
  run: async () => {
    const held = Array.from({ length: connections }, hold)
    const refused = () => held.filter((it) => it.refused()).length
    try {
      // What is not refused by then waits for its body.
      await eventually(
        async () => {
          if (refused() === 0) throw new Error('none was refused')
        },
        { withinMs: 3_000, everyMs: 100 },
      ).catch(() => undefined)
      return {
        succeeded: refused() === 0,
        figures: `of ${connections} open requests of one client ${refused()} were refused`,
      }
    } finally {
      for (const { socket } of held) socket.destroy()
    }
  },
}
